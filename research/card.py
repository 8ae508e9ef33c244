"""Lay out what was measured: for the manifest, and for the card that a reef scientist reads."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from coralchunk.inference.manifest import Calibration, Manifest, Neighbours, Source, Thresholds
from research.arrange import AT_ONCE
from research.dataset import Item
from research.evaluation import Figure, Judgement, balanced_accuracy, called_bleached, classify, truth
from research.heads import Scores
from research.measure import Measured
from research.packing import SERVED
from research.site_errors import in_manifest, site_errors
from research.table import DRAWN, Marks, Table

LICENCE: Final = "Apache-2.0"
WAYS: Final = {
    "photo": ("photo left out", "its photo"),
    "sea": ("sea left out", "its whole sea"),
    "collection": ("collection left out", "its collection of web photos"),
}
#: Site: what it is, under which licence its photos are, who labelled them.
_SOURCES: Final = {
    "tayrona-BC": (
        "Quadrat photos, Tayrona, Colombian Caribbean, site BC, bleaching of November 2024 (UNAL survey)",
        "none stated for the photos",
        "engineers, by eye, not a reef scientist",
    ),
    "eilat": (
        "EilatMixx nadir photos, Red Sea (Alonso et al. 2019, CoralSeg)",
        "none stated with the copy used; published for research",
        "chunks of 23 photos by engineers, by eye; the rest from the published masks, at 0.3 of the weight",
    ),
    "web-flickr": (
        "Kaggle 'bleached/healthy corals', from Flickr",
        "each photographer's own; none stated with the copy used",
        "squares by engineers, by eye; the source's own label a photo was not used",
    ),
    "web-stock": (
        "Kaggle 'corals', stock photos",
        "none stated with the copy used",
        "squares by engineers, by eye; the source's own label a photo was not used",
    ),
    DRAWN: (
        "Made-up photos of water, darkness and glare, drawn by `research/blank.py`",
        "none needed",
        "drawn as what they are; at 0.01 of the weight",
    ),
}
_UNKNOWN: Final = ("a folder given to `python -m research train`", "not known here", "not known here")


@dataclass(frozen=True, slots=True)
class Identity:
    """Which file the card is of."""

    name: str
    version: str
    sha256: str
    size_bytes: int


def manifest(
    identity: Identity,
    items: Sequence[Item],
    table: Table,
    measured: Measured,
    extra: Mapping[str, float | str],
) -> Manifest:
    """Write down what must be known to use the model."""
    return Manifest(
        name=identity.name,
        version=identity.version,
        sha256=identity.sha256,
        licence=LICENCE,
        labels=("bleached", "healthy", "not coral"),
        preprocessing=SERVED,
        at_once=AT_ONCE,
        embedding=("texture",),
        thresholds=Thresholds(unsure_below=measured.unsure_below, far_beyond=measured.far),
        calibration=Calibration(
            method="temperature and class shifts",
            temperature=measured.scaling.temperature,
            shift=measured.scaling.shift,
            fitted_on="patches whose photo was left out",
        ),
        errors=in_manifest(site_errors(table, measured)),
        neighbours=Neighbours(
            **asdict(measured.neighbourhood), fitted_on="chunks of surveys whose photo was left out"
        ),
        training_data=tuple(
            Source(name=site, photos=photos, licence=_source(site)[1], labelled_by=_source(site)[2])
            for site, photos in _photos(items).items()
        ),
        figures={**_figures(table, measured), **extra},
    )


def _figures(table: Table, measured: Measured) -> dict[str, float | int | str | None]:
    found: dict[str, float | int | str | None] = {}
    for way, (name, _) in WAYS.items():
        for place, chosen in asked(table, measured, way).items():
            one = classify(measured.said[way], table, chosen)
            found[f"{place}, {name}: patches"] = one.patches
            for figure, value in _named(one).items():
                found[f"{place}, {name}: {figure}"] = _rounded(value)
            share, right = abstention(measured.said[way], table, chosen, measured.unsure_below)
            found[f"{place}, {name}: answered"] = round(share, 4)
            found[f"{place}, {name}: answers that are right"] = round(right, 4)
            alone = balanced_accuracy(measured.single[way], table, chosen)
            found[f"{place}, {name}: balanced accuracy of patches without their photo"] = round(alone, 4)
        called = called_bleached(measured.said[way], _healthy(table, measured, way), measured.unsure_below)
        if not np.isnan(called.value):
            found[f"surveys, {name}: healthy coral called bleached"] = _rounded(called)
    return found


def abstention(said: Scores, table: Table, chosen: Marks, unsure_below: float) -> tuple[float, float]:
    """Return the share of the chosen patches that is answered, and the share of the answers that is right."""
    real = truth(table)
    rows = np.flatnonzero(chosen & (real >= 0))
    sure = said[rows].max(axis=1) >= unsure_below
    right = said[rows].argmax(axis=1) == real[rows]
    return float(sure.mean()), float(right[sure].mean()) if sure.any() else float("nan")


def asked(table: Table, measured: Measured, way: str) -> dict[str, Marks]:
    """Name the places of which every patch was classified with this left out."""
    known = ~np.isnan(measured.said[way]).any(axis=1)
    return {name: chosen for name, chosen in places(table).items() if known[chosen].all() and chosen.any()}


def places(table: Table) -> dict[str, Marks]:
    """Name the classified rows of all sites together, of surveys, of the web, and of each site."""
    web = np.char.startswith(table.sites, "web")
    return {
        "all": table.classified,
        "surveys": table.classified & ~web,
        "web": table.classified & web,
        **{
            str(site): table.classified & (table.sites == site)
            for site in np.unique(table.sites[table.classified])
        },
    }


def _healthy(table: Table, measured: Measured, way: str) -> Marks:
    known = ~np.isnan(measured.said[way]).any(axis=1)
    return places(table)["surveys"] & (table.labels == "healthy") & known


def _named(one: Judgement) -> dict[str, Figure]:
    return {
        "balanced accuracy": one.balanced_accuracy,
        "bleached recall": one.recalls[0],
        "healthy recall": one.recalls[1],
        "not coral recall": one.recalls[2],
        "bleached precision": one.precisions[0],
        "bleached precision at recall 0.85": one.bleached_precision,
        "ROC-AUC bleached against healthy": one.bleached_auc,
        "ROC-AUC coral against not coral": one.coral_auc,
        "calibration error (ECE)": one.calibration_error,
    }


def tables(table: Table, measured: Measured) -> str:
    """Lay the figures out for the card."""
    blocks = []
    for way, (_, words) in WAYS.items():
        said, chosen = measured.said[way], asked(table, measured, way)
        found = {place: classify(said, table, marks) for place, marks in chosen.items()}
        sure = {
            place: abstention(said, table, marks, measured.unsure_below) for place, marks in chosen.items()
        }
        lines = [
            f"### Each patch classified by a model that never saw {words}",
            "",
            "| | " + " | ".join(f"{place} ({one.patches})" for place, one in found.items()) + " |",
            "|" + "---|" * (len(found) + 1),
        ]
        for name in _named(next(iter(found.values()))):
            cells = " | ".join(str(_named(one)[name]) for one in found.values())
            lines.append(f"| {name} | {cells} |")
        lines.append("| answered | " + " | ".join(f"{share:.3f}" for share, _ in sure.values()) + " |")
        lines.append(
            "| answers that are right | " + " | ".join(f"{right:.3f}" for _, right in sure.values()) + " |"
        )
        blocks.append("\n".join([*lines, ""]))
    return "\n".join(blocks)


def targets(table: Table, measured: Measured, size_bytes: int) -> str:
    """Compare the figures with what was aimed at."""
    photo, sea, collection = (measured.said[way] for way in WAYS)
    place = places(table)
    near, far = classify(photo, table, place["surveys"]), classify(sea, table, place["surveys"])
    web = classify(collection, table, place["web"]).balanced_accuracy
    share, right = abstention(photo, table, place["surveys"], measured.unsure_below)
    called = called_bleached(photo, _healthy(table, measured, "photo"), measured.unsure_below)
    errors = {site: classify(photo, table, marks).calibration_error for site, marks in place.items()}
    worst = max(errors, key=lambda site: errors[site].value)
    lines = (
        ("balanced accuracy, surveys, photo left out", "0.96", near.balanced_accuracy),
        ("balanced accuracy, surveys, sea left out", "0.90", far.balanced_accuracy),
        ("balanced accuracy, web squares, collection left out", "0.75", web),
        ("bleached precision at recall 0.85, surveys, photo left out", "0.9", near.bleached_precision),
        ("healthy coral of surveys called bleached, photo left out", "at most 0.01", called),
        (f"largest calibration error of a source ({worst}), photo left out", "at most 0.05", errors[worst]),
        ("surveys, photo left out: answered", "at least 0.90", f"{share:.3f}"),
        ("surveys, photo left out: answers that are right", "at least 0.97", f"{right:.3f}"),
        ("size of the file", "under 8 MB", f"{size_bytes / 1e6:.1f} MB"),
    )
    return "\n".join(f"| {what} | {aim} | {value} |" for what, aim, value in lines)


def sources_table(items: Sequence[Item], table: Table) -> str:
    """List what was learned from."""
    lines = ["| source | photos | classified patches | licence | labelled by |", "|---|---|---|---|---|"]
    for site, photos in _photos(items).items():
        what, licence, who = _source(site)
        classified = int((table.classified & (table.sites == site)).sum())
        lines.append(f"| {site}: {what} | {photos} | {classified} | {licence} | {who} |")
    return "\n".join(lines)


def wrong_answers(said: Scores, table: Table) -> dict[str, float]:
    """Return the share of classified patches that each confusion makes up, the commonest first."""
    names = np.array(["bleached", "healthy", "not_coral"])[said.argmax(axis=1)]
    wrong = table.classified & (names != table.labels) & (table.labels != "partly_bleached")
    kinds, counts = np.unique(
        np.char.add(np.char.add(table.labels[wrong], " called "), names[wrong]), return_counts=True
    )
    order = np.argsort(-counts)
    return {str(kinds[place]): counts[place] / table.classified.sum() for place in order}


def _photos(items: Sequence[Item]) -> dict[str, int]:
    sites = sorted({item.patch.site for item in items})
    return {site: len({item.patch.photo for item in items if item.patch.site == site}) for site in sites}


def _source(site: str) -> tuple[str, str, str]:
    return _SOURCES.get(site, _UNKNOWN)


def _rounded(figure: Figure) -> float | None:
    return None if np.isnan(figure.value) else round(figure.value, 4)

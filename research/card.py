"""Write the manifest and the model card from what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from coralchunk.inference.manifest import Calibration, Manifest, Source, Thresholds
from research.blank import SITE
from research.build import Measured, Scores
from research.dataset import Item, Table
from research.evaluation import Figure, Judgement, called_bleached, classify
from research.extract import SERVED

LICENCE: Final = "Apache-2.0"
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
    SITE: (
        "Made-up photos of water, darkness and glare, drawn by `research/blank.py`",
        "none needed",
        "drawn as what they are; at 0.01 of the weight",
    ),
}
_UNKNOWN: Final = ("a folder given to `python -m research`", "not known here", "not known here")


@dataclass(frozen=True, slots=True)
class Identity:
    """Which file the card is of."""

    name: str
    version: str
    sha256: str
    size_bytes: int


def manifest(
    identity: Identity, items: Sequence[Item], table: Table, measured: Measured, extra: dict[str, float]
) -> Manifest:
    """Write down what must be known to use the model."""
    return Manifest(
        name=identity.name,
        version=identity.version,
        sha256=identity.sha256,
        licence=LICENCE,
        labels=("bleached", "healthy", "not coral"),
        preprocessing=SERVED,
        thresholds=Thresholds(unsure_below=measured.unsure_below, far_beyond=measured.far),
        calibration=Calibration(
            method="temperature and class shifts",
            temperature=measured.scaling.temperature,
            shift=measured.scaling.shift,
            fitted_on="patches whose photo was left out, and patches whose sea was left out, half each",
        ),
        training_data=tuple(
            Source(name=site, photos=photos, licence=_source(site)[1], labelled_by=_source(site)[2])
            for site, photos in _photos(items).items()
        ),
        figures={**_figures(table, measured), **extra},
    )


def _figures(table: Table, measured: Measured) -> dict[str, float | int | str | None]:
    found: dict[str, float | int | str | None] = {}
    for way, said in (("photo left out", measured.by_photo), ("sea left out", measured.by_sea)):
        for place, chosen in places(table).items():
            one = classify(said, table, chosen)
            found[f"{place}, {way}: patches"] = one.patches
            for name, figure in _named(one).items():
                found[f"{place}, {way}: {name}"] = _rounded(figure)
        called = called_bleached(said, table.whole & (table.sites == "eilat"), measured.unsure_below)
        found[f"eilat, {way}: chunks of a healthy reef called bleached"] = _rounded(called)
    return found


def places(table: Table) -> dict[str, np.ndarray]:
    """Name the classified rows of all sites together and of each."""
    survey = ~np.char.startswith(table.sites, "web")
    return {
        "all": table.classified,
        "surveys": table.classified & survey,
        **{
            str(site): table.classified & (table.sites == site)
            for site in np.unique(table.sites[table.classified])
        },
    }


def _named(one: Judgement) -> dict[str, Figure]:
    return {
        "balanced accuracy": one.balanced_accuracy,
        "bleached recall": one.recalls[0],
        "healthy recall": one.recalls[1],
        "not coral recall": one.recalls[2],
        "bleached precision": one.precisions[0],
        "bleached precision at recall 0.75": one.bleached_precision,
        "ROC-AUC bleached against healthy": one.bleached_auc,
        "ROC-AUC coral against not coral": one.coral_auc,
        "calibration error (ECE)": one.calibration_error,
    }


def tables(table: Table, measured: Measured) -> str:
    """Lay the figures out for the card."""
    blocks = []
    for way, said in (("its photo", measured.by_photo), ("its whole sea", measured.by_sea)):
        classified = {place: classify(said, table, chosen) for place, chosen in places(table).items()}
        head = "| | " + " | ".join(f"{place} ({one.patches})" for place, one in classified.items()) + " |"
        lines = [
            f"### Each patch classified by a model that never saw {way}",
            "",
            head,
            "|" + "---|" * (len(classified) + 1),
        ]
        for name in _named(next(iter(classified.values()))):
            cells = " | ".join(str(_named(one)[name]) for one in classified.values())
            lines.append(f"| {name} | {cells} |")
        called = called_bleached(said, table.whole & (table.sites == "eilat"), measured.unsure_below)
        lines += ["", f"Chunks of Eilat's photos, a reef taken to be healthy, called bleached: {called}.", ""]
        blocks.append("\n".join(lines))
    return "\n".join(blocks)


def ablation_table(table: Table, measured: Measured) -> str:
    """Show what each part of the design buys."""
    lines = [
        "| | balanced accuracy, surveys, photo left out | the same, sea left out"
        " | bleached precision at recall 0.75, surveys, photo left out | the same, sea left out"
        " | ROC-AUC bleached against healthy, web, sea left out | Eilat called bleached, sea left out |",
        "|" + "---|" * 7,
    ]
    chosen = places(table)["surveys"]
    web = table.classified & np.char.startswith(table.sites, "web")
    eilat = table.whole & (table.sites == "eilat")
    for name, (photo, sea) in measured.ablations.items():
        near, far = classify(photo, table, chosen), classify(sea, table, chosen)
        called = called_bleached(sea, eilat, measured.unsure_below)
        values = (
            near.balanced_accuracy,
            far.balanced_accuracy,
            near.bleached_precision,
            far.bleached_precision,
            classify(sea, table, web).bleached_auc,
            called,
        )
        lines.append(f"| {name} | " + " | ".join(f"{one.value:.3f}" for one in values) + " |")
    return "\n".join(lines)


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

"""Say what a report of a survey says; other modules lay it out."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coralchunk import __version__
from coralchunk.inference.manifest import Manifest
from coralchunk.science.cover import LIMITATIONS, Share
from coralchunk.storage.rows.surveys import Survey, SurveyPhoto
from coralchunk.surveys.measured import Measured
from coralchunk.terms import CHUNK_PX

_MEASURES: Final = ("balanced accuracy", "bleached recall", "healthy recall", "not coral recall")
_MOST_GROUPS: Final = 2  # of figures of a model


@dataclass(frozen=True, slots=True)
class Bar:
    """The bleached cover of a photo, in the plot."""

    name: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A chosen photo with its marks."""

    caption: str
    webp: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report says."""

    title: str
    facts: tuple[tuple[str, str], ...]
    finding: str
    covers: tuple[tuple[str, str, str], ...]  # method, coral cover, bleached cover
    methods: tuple[str, ...]  # paragraphs
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]  # a photo each
    bars: tuple[Bar, ...]
    pictures: tuple[Picture, ...]
    citation: str
    licence: str


@dataclass(frozen=True, slots=True)
class Sources:
    """What a report is written from."""

    measured: Measured
    audit: Mapping[str, Any]  # as answers tell it
    manifests: Mapping[str, Manifest]  # of the models that are installed, by name and version
    pictures: Sequence[tuple[SurveyPhoto, bytes]]
    today: dt.date


def report_of(sources: Sources) -> Report:
    """Write a report."""
    measured = sources.measured
    survey = measured.survey
    return Report(
        title=survey.name,
        facts=tuple(_facts(measured)),
        finding=_finding(measured),
        covers=tuple(_covers(measured, sources.audit)),
        methods=tuple(_methods(sources)),
        columns=("Photo", "Taken", "Coral", "Bleached, of the coral", "Chunks bleached", "Corrections"),
        rows=tuple(_row(measured, photo) for photo in measured.photos),
        bars=tuple(_bars(measured)),
        pictures=tuple(Picture(_caption(photo), webp) for photo, webp in sources.pictures),
        citation=_citation(measured, sources.today),
        licence=survey.licence or "not stated; ask the creator before you use the data",
    )


def percent(value: float) -> str:
    """Write a share as a whole percentage."""
    if 0 < value < 0.01:
        return "under 1 %"
    return f"{100 * value:.0f} %"


def _with_interval(value: float | None, interval: Sequence[float] | None, reason: str | None) -> str:
    if value is None:
        return f"no figure: {reason}"
    if interval is None:
        return percent(value)
    return f"{percent(value)} (95 %: {100 * interval[0]:.0f} to {100 * interval[1]:.0f} %)"


def _share(share: Share) -> str:
    return _with_interval(share.value, share.interval, share.reason)


def _facts(measured: Measured) -> Iterable[tuple[str, str]]:
    survey = measured.survey
    yield "Site", survey.site or "not stated"
    yield "Date", survey.date.isoformat()
    yield "Depth", "not stated" if survey.depth_m is None else f"{survey.depth_m:g} m"
    yield "Transect", survey.transect or "not stated"
    yield "Photos", str(len(measured.photos))
    cameras = sorted({photo.camera for photo in measured.photos if photo.camera})
    yield "Cameras", ", ".join(cameras) or "not stated"
    yield "Creator", survey.creator or "not stated"
    if survey.contact:
        yield "Contact", survey.contact


def _finding(measured: Measured) -> str:
    cover = measured.corrected_cover or measured.cover
    whose = "with the corrections of people" if measured.corrected_cover else "by the labels of the model"
    if cover.bleached.value is None:
        return f"Bleached cover ({whose}): {_share(cover.bleached)}. Coral cover: {_share(cover.coral)}."
    severity = "" if cover.severity == "unknown" else f" Severity: {cover.severity}."
    return (
        f"{_share(cover.bleached)} of the coral looks bleached, {whose}."
        f" Coral covers {_share(cover.coral)} of the classified area.{severity}"
    )


def _covers(measured: Measured, audit: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    yield "Model", _share(measured.cover.coral), _share(measured.cover.bleached)
    if measured.corrected_cover is not None:
        corrected = measured.corrected_cover
        yield "With corrections", _share(corrected.coral), _share(corrected.bleached)
    told = audit["audit"]
    if told["coral_cover"] is not None:
        coral, bleached = (
            _with_interval(told[share], told[f"{share}_interval"], told[f"{share}_reason"])
            for share in ("coral_cover", "bleached_cover")
        )
        yield f"Random audit ({told['sample']} of {told['chunks']} chunks)", coral, bleached


def _methods(sources: Sources) -> Iterable[str]:
    measured = sources.measured
    models = sorted({_model(photo) for photo in measured.photos})
    named = ", ".join(f"{name}, sha256 {sha256[:12]}" for name, sha256 in models) or "none yet"
    yield (
        f"coralchunk {__version__} divided each photo into chunks of {CHUNK_PX} x {CHUNK_PX} pixels and"
        f" classified each as bleached coral, healthy coral, not coral or unsure (model: {named})."
        " Unsure chunks and chunks without data count nowhere. Each photo has the same weight: coral cover is"
        " the mean of the photos' shares, bleached cover the sum of their bleached shares over the sum of"
        " their coral shares."
        " The 95 % intervals come from a bootstrap over photos and include the errors of the model where it"
        " states them."
    )
    for name, _ in models:
        if name in sources.manifests:
            yield from _worth(name, sources.manifests[name])
    corrections = sum(one.corrections for one in measured.corrected.values())
    if corrections:
        yield (
            f"People checked chunks and stored {_labels(corrections)}, which count instead of the model's in"
            " the figures with corrections. A chunk that they call partly bleached counts half as bleached."
        )
    if sources.audit["audit"]["coral_cover"] is not None:
        yield (
            "The random audit estimates cover from a random sample of chunks, stratified by the labels of the"
            " model, that people labelled (combined ratio estimator; Cochran, Sampling Techniques, 1977;"
            " Olofsson et al. 2014). It does not depend on how well the model works; its interval is for"
            " these photos."
        )
    for pair in sources.audit["agreement"]:
        kappa = "not defined" if pair["kappa"] is None else f"{pair['kappa']:.2f}"
        yield (
            f"{pair['first']} and {pair['second']} both labelled {pair['chunks']} chunks and agreed on"
            f" {pair['agreed']} (Cohen's kappa {kappa})."
        )
    yield (
        "Severity: up to 1 % none, 10 % mild, 50 % moderate, more severe (Donner, Rickbeil & Heron 2017)."
        f" {LIMITATIONS}"
    )


def _labels(count: int) -> str:
    return f"{count} label{'' if count == 1 else 's'}"


def _worth(name: str, manifest: Manifest) -> Iterable[str]:
    groups = list(dict.fromkeys(key.partition(": ")[0] for key in manifest.figures if ": " in key))
    for group in groups[:_MOST_GROUPS]:
        told = [
            f"{measure} {value:.3g}"
            for measure in _MEASURES
            if isinstance(value := manifest.figures.get(f"{group}: {measure}"), float)
        ]
        if told:
            yield f"Measured for {name} ({group}): {', '.join(told)}."


def _model(photo: SurveyPhoto) -> tuple[str, str]:
    model = json.loads(photo.summary)["model"]
    return f"{model['name']} {model['version']}", model["sha256"]


def _row(measured: Measured, photo: SurveyPhoto) -> tuple[str, ...]:
    summary, corrected = json.loads(photo.summary), measured.corrected.get(photo.id)
    figures = summary if corrected is None else corrected.figures
    covers = (figures["coral_cover"], figures["bleached_cover"])
    return (
        photo.name or f"Photo {photo.id}",
        photo.taken_at[:16].replace("T", " ") if photo.taken_at else "-",
        *("-" if value is None else percent(value) for value in covers),
        f"{figures['bleached_chunks']} of {figures['total_chunks']}",
        str(0 if corrected is None else corrected.corrections),
    )


def _bars(measured: Measured) -> Iterable[Bar]:
    for photo in measured.photos:
        corrected = measured.corrected.get(photo.id)
        figures = json.loads(photo.summary) if corrected is None else corrected.figures
        value, interval = figures["bleached_cover"], figures["bleached_cover_interval"]
        if value is not None and interval is not None:
            yield Bar(photo.name or f"Photo {photo.id}", value, *interval)


def _caption(photo: SurveyPhoto) -> str:
    summary = json.loads(photo.summary)
    told = summary["bleached_cover"]
    share = "no figure for bleached coral" if told is None else f"{percent(told)} of the coral looks bleached"
    return f"{photo.name or f'Photo {photo.id}'}: {share} (labels of the model)"


def _citation(measured: Measured, today: dt.date) -> str:
    survey: Survey = measured.survey
    where = f", {survey.site}" if survey.site else ""
    models = ", ".join(sorted({_model(photo)[0] for photo in measured.photos}))
    return (
        f"{survey.creator or 'Unknown creator'} ({survey.date.year}). {survey.name}{where}: coral cover and"
        f" bleaching from {len(measured.photos)} photos. Classified with coralchunk {__version__}"
        f"{f' ({models})' if models else ''}. Report of {today.isoformat()}."
    )

"""Say what a report of a survey says; other modules lay it out."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal

from coralchunk import __version__
from coralchunk.storage.files.previews import Preview
from coralchunk.storage.rows.surveys import Survey, SurveyPhoto
from coralchunk.surveys.measured import Measured
from coralchunk.surveys.report.figures import percent, share_text, with_interval
from coralchunk.surveys.report.heat_stress import HeatReport, heat_report
from coralchunk.surveys.report.methods import methods
from coralchunk.surveys.report.sources import Sources, model_of
from coralchunk.translations import Texts


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
    preview: Preview


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
    heat: HeatReport | None
    pictures: tuple[Picture, ...]
    citation: str
    licence: str
    t: Texts  # of its language


def report_of(sources: Sources) -> Report:
    """Write a report."""
    measured, t = sources.measured, sources.t
    survey = measured.survey
    return Report(
        title=survey.name,
        facts=tuple(_facts(measured, t)),
        finding=_finding(measured, t),
        covers=tuple(_covers(measured, sources.audit, t)),
        methods=tuple(methods(sources)),
        columns=(
            t("Photo"),
            t("Taken"),
            t("Coral"),
            t("Bleached, of the coral"),
            t("Chunks bleached"),
            t("Corrections"),
        ),
        rows=tuple(_row(measured, photo, t) for photo in measured.photos),
        bars=tuple(_bars(measured, t)),
        heat=heat_report(sources.heat_stress, survey.date, t),
        pictures=tuple(Picture(_caption(photo, t), preview) for photo, preview in sources.pictures),
        citation=_citation(measured, sources.today, t),
        licence=survey.licence or t("not stated; ask the creator before you use the data"),
        t=t,
    )


def _facts(measured: Measured, t: Texts) -> Iterable[tuple[str, str]]:
    survey, unknown = measured.survey, t("not stated")
    yield t("Site"), survey.site or unknown
    yield t("Date"), survey.date.isoformat()
    yield (
        t("Depth"),
        unknown
        if survey.depth_m is None
        else f"{format_decimal(survey.depth_m, '0.###', locale=t.language)} m",
    )
    yield t("Transect"), survey.transect or unknown
    yield t("Photos"), str(len(measured.photos))
    cameras = sorted({photo.camera for photo in measured.photos if photo.camera})
    yield t("Cameras"), ", ".join(cameras) or unknown
    yield t("Creator"), survey.creator or unknown
    if survey.contact:
        yield t("Contact"), survey.contact


def _finding(measured: Measured, t: Texts) -> str:
    cover = measured.corrected_cover or measured.cover
    corrected = measured.corrected_cover is not None
    whose = t("with the corrections of people") if corrected else t("by the labels of the model")
    bleached, coral = share_text(cover.bleached, t), share_text(cover.coral, t)
    if cover.bleached.value is None:
        return t(
            "Bleached cover ({whose}): {bleached}. Coral cover: {coral}.",
            whose=whose,
            bleached=bleached,
            coral=coral,
        )
    finding = t(
        "{bleached} of the coral looks bleached, {whose}. Coral covers {coral} of the classified area.",
        bleached=bleached,
        whose=whose,
        coral=coral,
    )
    severities = {"none": t("none"), "mild": t("mild"), "moderate": t("moderate"), "severe": t("severe")}
    if cover.severity not in severities:
        return finding
    return f"{finding} {t('Severity: {severity}.', severity=severities[cover.severity])}"


def _covers(measured: Measured, audit: Mapping[str, Any], t: Texts) -> Iterable[tuple[str, str, str]]:
    yield t("Model"), share_text(measured.cover.coral, t), share_text(measured.cover.bleached, t)
    if measured.corrected_cover is not None:
        corrected = measured.corrected_cover
        yield t("With corrections"), share_text(corrected.coral, t), share_text(corrected.bleached, t)
    told = audit["audit"]
    if told["coral_cover"] is not None:
        coral, bleached = (
            with_interval(told[share], told[f"{share}_interval"], told[f"{share}_reason"], t)
            for share in ("coral_cover", "bleached_cover")
        )
        method = t("Random audit ({sample} of {chunks} chunks)", sample=told["sample"], chunks=told["chunks"])
        yield method, coral, bleached


def _row(measured: Measured, photo: SurveyPhoto, t: Texts) -> tuple[str, ...]:
    summary, corrected = json.loads(photo.summary), measured.corrected.get(photo.id)
    figures = summary if corrected is None else corrected.figures
    covers = (figures["coral_cover"], figures["bleached_cover"])
    return (
        _name(photo, t),
        photo.taken_at[:16].replace("T", " ") if photo.taken_at else "-",
        *("-" if value is None else percent(value, t) for value in covers),
        t("{part} of {total}", part=figures["bleached_chunks"], total=figures["total_chunks"]),
        str(0 if corrected is None else corrected.corrections),
    )


def _bars(measured: Measured, t: Texts) -> Iterable[Bar]:
    for photo in measured.photos:
        corrected = measured.corrected.get(photo.id)
        figures = json.loads(photo.summary) if corrected is None else corrected.figures
        value, interval = figures["bleached_cover"], figures["bleached_cover_interval"]
        if value is not None and interval is not None:
            yield Bar(_name(photo, t), value, *interval)


def _name(photo: SurveyPhoto, t: Texts) -> str:
    return photo.name or t("Photo {id}", id=photo.id)


def _caption(photo: SurveyPhoto, t: Texts) -> str:
    told = json.loads(photo.summary)["bleached_cover"]
    if told is None:
        return t("{name}: no figure for bleached coral (labels of the model)", name=_name(photo, t))
    share = percent(told, t)
    return t(
        "{name}: {percent} of the coral looks bleached (labels of the model)",
        name=_name(photo, t),
        percent=share,
    )


def _citation(measured: Measured, today: dt.date, t: Texts) -> str:
    survey: Survey = measured.survey
    where = f", {survey.site}" if survey.site else ""
    models = ", ".join(sorted({model_of(photo)[0] for photo in measured.photos}))
    facts = {
        "creator": survey.creator or t("Unknown creator"),
        "year": survey.date.year,
        "title": f"{survey.name}{where}",
        "program": f"coralchunk {__version__}{f' ({models})' if models else ''}",
        "day": today.isoformat(),
    }
    if len(measured.photos) == 1:
        return t(
            "{creator} ({year}). {title}: coral cover and bleaching from one photo."
            " Classified with {program}. Report of {day}.",
            **facts,
        )
    return t(
        "{creator} ({year}). {title}: coral cover and bleaching from {photos} photos."
        " Classified with {program}. Report of {day}.",
        photos=len(measured.photos),
        **facts,
    )

"""Describe a survey as a dataset in the Ecological Metadata Language, as GBIF and OBIS read it.

Elements and their order: EML 2.1.1, as GBIF's metadata profile 1.1 uses it.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final
from xml.etree import ElementTree as ET

from coralchunk import __version__
from coralchunk.science.cover import LIMITATIONS
from coralchunk.storage.rows.surveys import Survey, SurveyPhoto
from coralchunk.surveys.coordinates import rounded_degrees
from coralchunk.surveys.measured import Measured
from coralchunk.surveys.tables import depth_of

EML_FILE: Final = "eml.xml"
_EML: Final = "eml://ecoinformatics.org/eml-2.1.1"
_NOT_STATED: Final = "Not stated"
_LICENCES: Final = {  # SPDX identifier -> text and URL, as GBIF's publishing tool writes them
    "CC0-1.0": (
        "Public Domain (CC0 1.0)",
        "http://creativecommons.org/publicdomain/zero/1.0/legalcode",
    ),
    "CC-BY-4.0": (
        "Creative Commons Attribution (CC-BY) 4.0 License",
        "http://creativecommons.org/licenses/by/4.0/legalcode",
    ),
    "CC-BY-NC-4.0": (
        "Creative Commons Attribution Non Commercial (CC-BY-NC) 4.0 License",
        "http://creativecommons.org/licenses/by-nc/4.0/legalcode",
    ),
}


def eml(measured: Measured) -> bytes:
    """Write the metadata of a survey; unknown values are marked as unknown or left out."""
    survey = measured.survey
    key = f"coralchunk:{survey.created_at:.6f}"  # not the survey's id, which is the key to it
    ET.register_namespace("eml", _EML)
    root = ET.Element(f"{{{_EML}}}eml", packageId=key, system="coralchunk", scope="system")
    dataset = ET.SubElement(root, "dataset")
    _text(dataset, "alternateIdentifier", key)
    _text(dataset, "title", _title(survey)).set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    _party(dataset, "creator", survey)
    _party(dataset, "metadataProvider", survey)
    created_on = dt.datetime.fromtimestamp(survey.created_at, dt.UTC).date()
    _text(dataset, "pubDate", created_on.isoformat())
    _text(dataset, "language", "en")
    _text(ET.SubElement(dataset, "abstract"), "para", _abstract(measured))
    _licence(dataset, survey)
    coverage = ET.SubElement(dataset, "coverage")
    _place(coverage, survey, measured.photos)
    _time(coverage, survey, measured.photos)
    _taxon(coverage)
    _party(dataset, "contact", survey)
    _methods(dataset)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _text(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = text
    return child


def _title(survey: Survey) -> str:
    where = f", {survey.site}" if survey.site else ""
    return f"{survey.name}{where}, {survey.date.isoformat()}: coral cover and bleaching from photos"


def _party(dataset: ET.Element, role: str, survey: Survey) -> None:
    party = ET.SubElement(dataset, role)
    _text(party, "organizationName", survey.creator or _NOT_STATED)
    if survey.contact:
        _text(party, "electronicMailAddress", survey.contact)


def _abstract(measured: Measured) -> str:
    survey = measured.survey
    stated = [
        f"Cover of coral and bleached share of the coral (number of photos: {len(measured.photos)})",
        f"site: {survey.site}" if survey.site else "",
        _depth_words(_depths(survey, measured.photos)),
        f"transect: {survey.transect}" if survey.transect else "",
    ]
    return f"{'; '.join(one for one in stated if one)}. A model classified the photos, chunk by chunk."


def _depths(survey: Survey, photos: Iterable[SurveyPhoto]) -> list[float]:
    """Return the depths of the photos, m below the surface; that of the survey if there are no photos."""
    depths = [depth_of(survey, photo) for photo in photos] or [survey.depth_m]
    return sorted(depth for depth in depths if depth is not None)


def _depth_words(depths: Sequence[float]) -> str:
    if not depths:
        return ""
    first, last = _decimal(depths[0]), _decimal(depths[-1])
    return f"depth: {first} m" if first == last else f"depth: {first} to {last} m"


def _decimal(value: float) -> str:
    """Write a number as it was given, as XML Schema's decimal, which has no exponent."""
    return f"{Decimal(repr(value)).normalize():f}"


def _licence(dataset: ET.Element, survey: Survey) -> None:
    para = ET.SubElement(ET.SubElement(dataset, "intellectualRights"), "para")
    if survey.licence is None:
        para.text = "The licence is not stated; ask the creator before you use the data."
        return
    words, address = _LICENCES[survey.licence]
    para.text = "This work is licensed under a "
    link = ET.SubElement(para, "ulink", url=address)
    _text(link, "citetitle", words)
    link.tail = "."


def _place(coverage: ET.Element, survey: Survey, photos: Sequence[SurveyPhoto]) -> None:
    east = [one.longitude for one in photos if one.longitude is not None]
    north = [one.latitude for one in photos if one.latitude is not None]
    if not east:
        return  # EML has no place without a box; the site is in the title
    place = ET.SubElement(coverage, "geographicCoverage")
    _text(place, "geographicDescription", survey.site or survey.name)
    box = ET.SubElement(place, "boundingCoordinates")
    west_to_east = _narrowest(east)
    for name, degrees in (
        ("westBoundingCoordinate", west_to_east[0]),
        ("eastBoundingCoordinate", west_to_east[1]),
        ("northBoundingCoordinate", max(north)),
        ("southBoundingCoordinate", min(north)),
    ):
        _text(box, name, str(rounded_degrees(degrees)))
    depths = _depths(survey, photos)
    if depths:
        altitudes = ET.SubElement(box, "boundingAltitudes")
        _text(altitudes, "altitudeMinimum", _decimal(0.0 - depths[-1]))  # EML counts upwards from the surface
        _text(altitudes, "altitudeMaximum", _decimal(0.0 - depths[0]))
        _text(altitudes, "altitudeUnits", "meter")


def _narrowest(longitudes: Iterable[float]) -> tuple[float, float]:
    """Return the western and eastern end of the narrowest box, which may cross the antimeridian."""
    known = sorted(longitudes)
    gaps = [*(b - a for a, b in pairwise(known)), known[0] + 360 - known[-1]]
    widest = max(range(len(gaps)), key=gaps.__getitem__)
    return known[(widest + 1) % len(known)], known[widest]


def _time(coverage: ET.Element, survey: Survey, photos: Iterable[SurveyPhoto]) -> None:
    days = sorted({one.taken_at[:10] if one.taken_at else survey.date.isoformat() for one in photos})
    first, last = (days[0], days[-1]) if days else (survey.date.isoformat(),) * 2
    time = ET.SubElement(coverage, "temporalCoverage")
    if first == last:
        _text(ET.SubElement(time, "singleDateTime"), "calendarDate", first)
        return
    span = ET.SubElement(time, "rangeOfDates")
    _text(ET.SubElement(span, "beginDate"), "calendarDate", first)
    _text(ET.SubElement(span, "endDate"), "calendarDate", last)


def _taxon(coverage: ET.Element) -> None:
    taxon = ET.SubElement(ET.SubElement(coverage, "taxonomicCoverage"), "taxonomicClassification")
    _text(taxon, "taxonRankName", "phylum")
    _text(taxon, "taxonRankValue", "Cnidaria")
    _text(taxon, "commonName", "coral")


def _methods(dataset: ET.Element) -> None:
    methods = ET.SubElement(dataset, "methods")
    step = ET.SubElement(ET.SubElement(methods, "methodStep"), "description")
    _text(
        step,
        "para",
        f"coralchunk {__version__} cut each photo into chunks of 244 x 244 pixels and classified each as"
        " bleached coral, healthy coral, not coral or unsure. Cover is a share of the area that was"
        f" classified; each measurement names its model. {LIMITATIONS}",
    )

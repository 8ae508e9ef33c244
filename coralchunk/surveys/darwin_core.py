"""Write a survey as a Darwin Core Archive, the format of GBIF and OBIS.

The core has one occurrence a photo: coral, present or absent. Its measurements are in the extension
ExtendedMeasurementOrFact: cover of coral, and bleached share of the coral, with the model as the method.
Photos in which the model was sure of nothing are left out: nothing was observed in them. Text is as it was
given: no spreadsheet opens these files, and an apostrophe before a name would be published with it.

Terms: Darwin Core (TDWG) and OBIS ENV-DATA, at the addresses below; layout: TDWG's text guide, 2023.
"""

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final
from xml.etree import ElementTree as ET

from coralchunk.storage.rows.surveys import Survey, SurveyPhoto
from coralchunk.surveys.coordinates import rounded_degrees
from coralchunk.surveys.eml import EML_FILE, eml
from coralchunk.surveys.measured import Measured
from coralchunk.surveys.tables import csv_text, depth_of

DWC: Final = "http://rs.tdwg.org/dwc/terms/"
OBIS: Final = "http://rs.iobis.org/obis/terms/"
_TEXT: Final = "http://rs.tdwg.org/dwc/text/"
OCCURRENCE: Final = tuple(
    DWC + name
    for name in (
        "occurrenceID",
        "eventID",
        "basisOfRecord",
        "scientificName",
        "scientificNameID",
        "kingdom",
        "vernacularName",
        "occurrenceStatus",
        "eventDate",
        "locality",
        "decimalLatitude",
        "decimalLongitude",
        "geodeticDatum",
        "minimumDepthInMeters",
        "maximumDepthInMeters",
        "fieldNumber",
        "identificationRemarks",
    )
)
MEASUREMENT: Final = (
    DWC + "measurementID",
    DWC + "occurrenceID",
    DWC + "measurementType",
    OBIS + "measurementTypeID",
    DWC + "measurementValue",
    DWC + "measurementUnit",
    OBIS + "measurementUnitID",
    DWC + "measurementMethod",
    DWC + "measurementRemarks",
)
_ROWS: Final = (
    ("core", DWC + "Occurrence", "occurrence.csv", OCCURRENCE),
    ("extension", OBIS + "ExtendedMeasurementOrFact", "extendedmeasurementorfact.csv", MEASUREMENT),
)
# NERC's P01, "Coverage (in assayed sample) of biological entity specified elsewhere"; P01 has no term for
# bleaching, so the second is the process in the Environment Ontology.
_SHARES: Final = {
    "coral_cover": (
        "cover of coral, of all that was classified",
        "http://vocab.nerc.ac.uk/collection/P01/current/SDBIOL10/",
    ),
    "bleached_cover": ("bleached coral, of all coral", "http://purl.obolibrary.org/obo/ENVO_01000852"),
}
_PERCENT: Final = "http://vocab.nerc.ac.uk/collection/P06/current/UPCT/"
# The model cannot tell stony corals from fire corals, which are two classes: it identifies only their phylum.
_TAXON: Final = ("Cnidaria", "urn:lsid:marinespecies.org:taxname:1267", "Animalia", "coral")


def archive(measured: Measured) -> bytes:
    """Pack a survey."""
    survey = measured.survey
    observed = [photo for photo in measured.photos if photo.judged_px]
    rows = {
        "occurrence.csv": [_occurrence(survey, photo) for photo in observed],
        "extendedmeasurementorfact.csv": [row for photo in observed for row in _measurements(survey, photo)],
    }
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("meta.xml", _meta())
        files.writestr(EML_FILE, eml(measured))
        for _, _, name, terms in _ROWS:
            header = ["id", *(term.rpartition("/")[2] for term in terms)]
            files.writestr(name, csv_text([header, *rows[name]]))
    return packed.getvalue()


def _meta() -> bytes:
    root = ET.Element("archive", xmlns=_TEXT, metadata=EML_FILE)
    for kind, row_type, name, terms in _ROWS:
        table = ET.SubElement(
            root,
            kind,
            encoding="UTF-8",
            fieldsTerminatedBy=",",
            linesTerminatedBy="\\r\\n",
            fieldsEnclosedBy='"',
            ignoreHeaderLines="1",
            rowType=row_type,
        )
        files = ET.SubElement(table, "files")
        ET.SubElement(files, "location").text = name
        ET.SubElement(table, "id" if kind == "core" else "coreid", index="0")
        for index, term in enumerate(terms, start=1):
            ET.SubElement(table, "field", index=str(index), term=term)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _key(survey: Survey, photo: SurveyPhoto) -> str:
    # Not the survey's id, which is the key to it; the creation time identifies a survey as well.
    return f"coralchunk:{survey.created_at:.6f}:{photo.id}"


def _occurrence(survey: Survey, photo: SurveyPhoto) -> list[Any]:
    model = json.loads(photo.summary)["model"]
    return [
        _key(survey, photo),
        _key(survey, photo),
        f"coralchunk:{survey.created_at:.6f}",
        "MachineObservation",
        *_TAXON,
        "present" if photo.coral_px else "absent",
        photo.taken_at or survey.date.isoformat(),
        survey.site or survey.name,
        rounded_degrees(photo.latitude),
        rounded_degrees(photo.longitude),
        None if photo.latitude is None else "WGS84",
        *[depth_of(survey, photo)] * 2,
        photo.transect or survey.transect,
        f"told by {model['name']} {model['version']} from a photo, chunk by chunk; no species is told",
    ]


def _measurements(survey: Survey, photo: SurveyPhoto) -> Iterator[list[Any]]:
    summary, key = json.loads(photo.summary), _key(survey, photo)
    model = summary["model"]
    method = f"coralchunk, model {model['name']} {model['version']}, sha256 {model['sha256']}"
    for name, (words, term) in _SHARES.items():
        if summary[name] is None:
            continue
        low, high = (round(100 * end, 2) for end in summary[f"{name}_interval"])
        remarks = f"95 % interval {low} to {high} %, over like pieces of the same reef"
        value = round(100 * summary[name], 2)
        yield [key, f"{key}:{name}", key, words, term, value, "%", _PERCENT, method, remarks]

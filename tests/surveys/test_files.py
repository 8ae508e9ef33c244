"""Test survey files with the readers of other programs."""

import csv
import json
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from dwca.read import DwCAReader
from hypothesis import given
from hypothesis import strategies as st

from coralchunk.science.cover import LIMITATIONS, Share
from coralchunk.surveys.darwin_core import DWC, MEASUREMENT, OBIS, OCCURRENCE, archive
from coralchunk.surveys.measured import Measured
from coralchunk.surveys.plot import BOTTOM, LEFT, RIGHT, TOP, plot
from coralchunk.surveys.tables import layer, rows, table, without_formula
from coralchunk.surveys.workbook import workbook
from coralchunk.translations import Texts
from tests.reef import jpeg
from tests.server import RunningServer
from tests.surveys.conftest import MODEL, photo, survey

#: Of https://dwc.tdwg.org/list/, those that are in question here.
DARWIN_CORE = (
    "occurrenceID eventID basisOfRecord scientificName scientificNameID kingdom vernacularName"
    " occurrenceStatus eventDate locality decimalLatitude decimalLongitude geodeticDatum minimumDepthInMeters"
    " maximumDepthInMeters fieldNumber identificationRemarks measurementID measurementType measurementValue"
    " measurementUnit measurementMethod measurementRemarks"
)
XLSX = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CARD = "https://reef.example/docs/model"
SVG = "{http://www.w3.org/2000/svg}"

ENGLISH = Texts("en")


def test_the_table_has_a_row_for_each_photo_and_no_formula(placed: Measured) -> None:
    read = list(csv.DictReader(StringIO(table(placed, CARD))))

    assert [row["photo"] for row in read] == ["'=cmd()|a.jpg", "2.jpg", "3.jpg", "4.jpg"]
    first, third = read[0], read[2]
    assert (first["survey"], first["date"], first["depth_m"]) == ("Flynn", "2024-03-09", "7.5")
    assert (first["latitude"], first["longitude"]) == ("-16.73", "146.28")  # a number is not text
    assert float(first["bleached_cover"]) == pytest.approx(0.15)
    assert (first["bleached_cover_low"], first["bleached_cover_high"]) == ("0.05", "0.35")
    assert third["bleached_cover"] == third["bleached_cover_low"] == ""
    assert first["model_sha256"] == MODEL["sha256"]
    assert (first["severity"], first["limitations"], first["model_card"]) == ("moderate", LIMITATIONS, CARD)


@pytest.mark.slow
@given(st.text(max_size=20))
def test_no_text_begins_like_a_formula(text: str) -> None:
    cell = without_formula(text)

    assert cell[:1] not in {"=", "+", "-", "@", "\t", "\r"} or not cell
    assert cell in {text, f"'{text}"}


def test_a_table_for_excel_begins_with_a_byte_order_mark_and_is_read_by_r_too() -> None:
    measured = survey(photo(1), name="Récif")

    marked = table(measured, CARD, has_bom=True).encode()

    assert marked.startswith(b"\xef\xbb\xbfsurvey,")
    assert marked[3:] == table(measured, CARD).encode()
    (row,) = csv.DictReader(StringIO(marked.decode("utf-8-sig")))
    assert row["survey"] == "Récif"


def test_a_workbook_holds_text_and_numbers_as_they_are(placed: Measured) -> None:
    packed = zipfile.ZipFile(BytesIO(workbook(rows(placed, CARD), "photos")))

    sheet = ET.fromstring(packed.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own
    texts = ET.fromstring(packed.read("xl/sharedStrings.xml"))  # noqa: S314
    strings = ["".join(one.itertext()) for one in texts.iter(f"{XLSX}si")]
    assert "=cmd()|a.jpg" in strings
    assert not list(sheet.iter(f"{XLSX}f"))  # no formula
    header, first, *_ = sheet.iter(f"{XLSX}row")
    names = [strings[int(cell.findtext(f"{XLSX}v", ""))] for cell in header]
    cell = first[names.index("latitude")]
    assert (cell.get("t"), cell.findtext(f"{XLSX}v")) in {(None, "-16.73"), ("n", "-16.73")}


@pytest.mark.parametrize(
    ("given", "written"),
    [
        pytest.param(-16.730000000000004, -16.73, id="a product of seconds"),
        pytest.param(146.28333333333333, 146.2833333, id="a third"),
        pytest.param(-0.00000001, 0.0, id="nearly nothing"),
        pytest.param(180.0, 180.0, id="the antimeridian"),
    ],
)
def test_coordinates_have_seven_digits_everywhere(given: float, written: float) -> None:
    measured = survey(photo(1, latitude=given / 2, longitude=given))

    (feature,) = layer(measured, CARD)["features"]
    (row,) = csv.DictReader(StringIO(table(measured, CARD)))
    (occurrence,) = occurrences(measured)

    assert feature["geometry"]["coordinates"] == [written, round(given / 2, 7)]
    assert float(row["longitude"]) == float(occurrence["decimalLongitude"]) == written
    for text in (row["latitude"], row["longitude"], occurrence["decimalLatitude"]):
        assert len(text.partition(".")[2]) <= 7
        assert not text.startswith("-0.0")


def occurrences(measured: Measured) -> list[dict[str, str]]:
    text = zipfile.ZipFile(BytesIO(archive(measured))).read("occurrence.csv").decode()
    return list(csv.DictReader(StringIO(text)))


@pytest.mark.parametrize("name", ["=cmd()", "+61 dive site", "-16 m wall", "@home", "'quoted"])
def test_darwin_core_holds_names_as_they_were_given(name: str) -> None:
    measured = survey(photo(1), name="Flynn", site=name, transect=name)

    (occurrence,) = occurrences(measured)
    (row,) = csv.DictReader(StringIO(table(measured, CARD)))

    assert (occurrence["locality"], occurrence["fieldNumber"]) == (name, name)
    assert row["site"] == (name if name.startswith("'") else f"'{name}")


def test_only_photos_with_a_position_are_on_the_map(placed: Measured) -> None:
    found = layer(placed, CARD)

    (feature,) = found["features"]
    assert (found["limitations"], found["model_card"]) == (LIMITATIONS, CARD)

    assert feature["geometry"] == {"type": "Point", "coordinates": [146.28, -16.73]}
    assert feature["properties"]["bleached_cover"] == pytest.approx(0.15)
    assert feature["properties"]["taken_at"] == "2024-03-09T10:15:00"


def test_the_archive_is_read_by_another_program(placed: Measured, tmp_path: Path) -> None:
    (tmp_path / "dwca.zip").write_bytes(archive(placed))

    with DwCAReader(str(tmp_path / "dwca.zip")) as read:
        core = list(read)
        facts = [[fact.data for fact in row.extensions] for row in core]
        assert read.descriptor.core.type == DWC + "Occurrence"
        assert [one.type for one in read.descriptor.extensions] == [OBIS + "ExtendedMeasurementOrFact"]

    assert len(core) == 3  # nothing was observed in the fourth
    assert [row.data[DWC + "occurrenceStatus"] for row in core] == ["present", "present", "absent"]
    first = core[0]
    assert first.data[DWC + "basisOfRecord"] == "MachineObservation"
    assert first.data[DWC + "eventDate"] == "2024-03-09T10:15:00"
    assert core[1].data[DWC + "eventDate"] == "2024-03-09"
    assert first.data[DWC + "decimalLatitude"] == "-16.73"
    measured = {fact[DWC + "measurementType"]: fact for fact in facts[0]}
    bleached = measured["bleached coral, of all coral"]
    assert bleached[OBIS + "measurementTypeID"] == "http://purl.obolibrary.org/obo/ENVO_01000852"
    cover = measured["cover of coral, of all that was classified"]
    assert cover[OBIS + "measurementTypeID"] == "http://vocab.nerc.ac.uk/collection/P01/current/SDBIOL10/"
    assert (bleached[DWC + "measurementValue"], bleached[DWC + "measurementUnit"]) == ("15.0", "%")
    assert all(word in bleached[DWC + "measurementMethod"] for word in MODEL.values())
    assert "5.0 to 35.0" in bleached[DWC + "measurementRemarks"]
    assert len(facts[2]) == 1
    assert str(placed.survey.id) not in str([row.data for row in core])


def test_the_archive_uses_terms_that_exist() -> None:
    for term in (*OCCURRENCE, *MEASUREMENT):
        assert (
            term in {OBIS + "measurementTypeID", OBIS + "measurementUnitID"}
            or term.removeprefix(DWC) in DARWIN_CORE.split()
        )


def test_the_plot_places_surveys_by_date_and_share() -> None:
    early = survey(date="2023-03-01", share=Share(0.1, (0.05, 0.2), None))
    late = survey(date="2024-03-01", share=Share(0.4, (0.3, 0.45), None))
    unknown = survey(date="2023-09-01")

    first, second, third = plot([early, unknown, late], None, ENGLISH).marks

    assert LEFT < first.x < second.x < third.x < RIGHT
    assert first.y is not None
    assert third.y is not None
    assert TOP <= third.high_y < third.y < third.low_y < first.y < BOTTOM
    assert second.y is None
    assert "too few photos" in second.words


@pytest.mark.parametrize("count", [0, 1, 40])
def test_any_number_of_surveys_can_be_drawn(count: int) -> None:
    share = Share(1.0, (0.5, 1.0), None)
    drawn = plot([survey(date=f"2024-01-{1 + n % 28:02}", share=share) for n in range(count)], None, ENGLISH)

    assert len(drawn.marks) == count
    assert len(drawn.dates) <= 7
    assert all(TOP <= tick.at <= BOTTOM for tick in drawn.shares)


def test_the_server_serves_each_file(server: RunningServer) -> None:
    made = server.client.post("/V1/api/surveys", json={"name": "<b>&\"'", "date": "2024-03-09"}).json()
    path, survey_id = f"/V1/api/surveys/{made['survey_id']}", made["survey_id"]
    job_id = server.submit(jpeg(600, 500))
    server.completed(job_id)
    place = {"job_id": job_id, "latitude": 1, "longitude": 2}
    server.client.post(f"{path}/photos", json=place).raise_for_status()

    files = [server.client.get(f"{path}{end}") for end in (".csv", ".geojson", "/dwca.zip")]
    drawn = server.client.get("/V1/api/surveys/plot.svg", params={"id": survey_id})
    spreadsheet = server.client.get(f"{path}.csv?format=xlsx")

    assert spreadsheet.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert "survey.xlsx" in spreadsheet.headers["Content-Disposition"]
    assert zipfile.ZipFile(BytesIO(spreadsheet.content)).testzip() is None
    assert server.client.get(f"{path}.csv?bom=1").content[:3] == b"\xef\xbb\xbf"
    for wrong in ("format=xls", "bom=2"):
        refused = server.client.get(f"{path}.csv?{wrong}")
        assert (refused.status_code, refused.json()["title"]) == (400, "BadChoice")
    assert [answer.headers["Content-Type"] for answer in (*files, drawn)] == [
        "text/csv; charset=utf-8",
        "application/geo+json",
        "application/zip",
        "image/svg+xml",
    ]
    assert all("attachment" in answer.headers["Content-Disposition"] for answer in files)
    assert len(list(csv.DictReader(StringIO(files[0].text)))) == 1
    assert len(json.loads(files[1].text)["features"]) == 1
    assert zipfile.ZipFile(BytesIO(files[2].content)).testzip() is None
    assert made["name"] in str(ET.fromstring(drawn.text).findtext(f"{SVG}desc"))  # noqa: S314 - our own
    assert str(survey_id) not in drawn.text


def test_a_plot_of_nothing_says_so(server: RunningServer) -> None:
    empty = server.client.get("/V1/api/surveys/plot.svg")

    assert "No surveys" in empty.text

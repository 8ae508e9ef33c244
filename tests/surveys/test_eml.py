"""The metadata of a Darwin Core Archive, read by another program's reader and element by element."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from dwca.read import DwCAReader

from coralchunk.surveys.darwin_core import archive
from coralchunk.surveys.eml import eml
from coralchunk.surveys.measured import Measured
from tests.surveys.conftest import photo, survey

#: The order of a dataset's elements in EML 2.1.1, those that are in question here.
ORDER = [
    "alternateIdentifier",
    "title",
    "creator",
    "metadataProvider",
    "pubDate",
    "language",
    "abstract",
    "intellectualRights",
    "coverage",
    "contact",
    "methods",
]


def read(measured: Measured) -> ET.Element:
    dataset = ET.fromstring(eml(measured)).find("dataset")  # noqa: S314 - our own
    assert dataset is not None
    return dataset


def text(dataset: ET.Element, path: str) -> str:
    found = dataset.find(path)
    return "" if found is None else "".join(found.itertext())


def test_the_archive_has_its_metadata(placed: Measured, tmp_path: Path) -> None:
    (tmp_path / "dwca.zip").write_bytes(archive(placed))

    with DwCAReader(str(tmp_path / "dwca.zip")) as opened:
        assert opened.descriptor.metadata_filename == "eml.xml"
        assert opened.metadata is not None
        assert opened.metadata.findtext("dataset/title").startswith("Flynn, Gordon's, 2024-03-09")


def test_elements_come_in_the_order_that_the_schema_wants(placed: Measured) -> None:
    names = [element.tag for element in read(placed)]

    assert names == sorted(names, key=ORDER.index)
    assert {"title", "creator", "contact", "coverage", "intellectualRights"} <= set(names)


def test_who_made_it_and_under_which_licence_is_told() -> None:
    dataset = read(survey(photo(1), creator="Ana Reef", contact="ana@reef.example", licence="CC-BY-4.0"))

    for role in ("creator", "metadataProvider", "contact"):
        assert text(dataset, f"{role}/organizationName") == "Ana Reef"
        assert text(dataset, f"{role}/electronicMailAddress") == "ana@reef.example"
    link = dataset.find("intellectualRights/para/ulink")
    assert link is not None
    assert link.get("url") == "http://creativecommons.org/licenses/by/4.0/legalcode"
    assert "(CC-BY) 4.0" in text(dataset, "intellectualRights")


def test_what_is_not_known_is_said_to_be_so() -> None:
    dataset = read(survey(photo(1), site="", depth_m=None, transect=None))

    assert text(dataset, "creator/organizationName") == "Not stated"
    assert "not stated" in text(dataset, "intellectualRights")
    assert dataset.find("coverage/geographicCoverage") is None
    assert dataset.find("contact/electronicMailAddress") is None
    assert text(dataset, "abstract").count(";") == 0


@pytest.mark.parametrize(
    ("places", "box"),
    [
        pytest.param([(-16.7, 146.3), (-16.9, 146.1)], ("146.1", "146.3", "-16.7", "-16.9"), id="two photos"),
        pytest.param([(-16.7, 146.3)], ("146.3", "146.3", "-16.7", "-16.7"), id="one photo"),
        pytest.param([(-17.0, 179.5), (-17.5, -179.25)], ("179.5", "-179.25", "-17.0", "-17.5"), id="Fiji"),
        pytest.param(
            [(0.1234567891, 0.0), (None, None)], ("0.0", "0.0", "0.1234568", "0.1234568"), id="digits"
        ),
    ],
)
def test_the_place_is_the_box_round_the_photos(
    places: list[tuple[float | None, float | None]], box: tuple[str, ...]
) -> None:
    photos = [photo(number, latitude=y, longitude=x) for number, (y, x) in enumerate(places, start=1)]

    found = read(survey(*photos)).find("coverage/geographicCoverage")

    assert found is not None
    assert found.findtext("geographicDescription") == "Gordon's"
    sides = ("west", "east", "north", "south")
    assert tuple(found.findtext(f"boundingCoordinates/{side}BoundingCoordinate") for side in sides) == box


@pytest.mark.parametrize(
    ("depths", "altitudes", "words"),
    [
        pytest.param([None, None], ("-7.5", "-7.5"), "; depth: 7.5 m;", id="of the survey"),
        pytest.param([9.25, None], ("-9.25", "-7.5"), "; depth: 7.5 to 9.25 m;", id="one photo has its own"),
        pytest.param([0.00001, 0.0], ("-0.00001", "0"), "; depth: 0 to 0.00001 m;", id="no exponent"),
    ],
)
def test_the_depth_of_the_photos_is_the_altitude_of_the_box(
    depths: list[float | None], altitudes: tuple[str, str], words: str
) -> None:
    photos = [
        photo(number, latitude=-16.7, longitude=146.3, depth_m=depth)
        for number, depth in enumerate(depths, start=1)
    ]

    dataset = read(survey(*photos))

    box = dataset.find("coverage/geographicCoverage/boundingCoordinates")
    assert box is not None
    assert box[-1].tag == "boundingAltitudes"  # after the four sides
    assert [(one.tag, one.text) for one in box[-1]] == [
        ("altitudeMinimum", altitudes[0]),
        ("altitudeMaximum", altitudes[1]),
        ("altitudeUnits", "meter"),
    ]
    assert words in text(dataset, "abstract")


def test_a_box_without_a_depth_has_no_altitude() -> None:
    dataset = read(survey(photo(1, latitude=-16.7, longitude=146.3), depth_m=None))

    assert dataset.find("coverage/geographicCoverage/boundingCoordinates/boundingAltitudes") is None


@pytest.mark.parametrize(
    ("taken", "told"),
    [
        pytest.param([], ["2024-03-09"], id="no photos"),
        pytest.param([None, None], ["2024-03-09"], id="photos without a date"),
        pytest.param(["2024-03-08T10:00:00", "2024-03-08T11:00:00+11:00"], ["2024-03-08"], id="one day"),
        pytest.param(["2024-03-08T10:00:00", "2024-03-10T11:00:00"], ["2024-03-08", "2024-03-10"], id="days"),
        pytest.param(["2024-03-10T10:00:00", None], ["2024-03-09", "2024-03-10"], id="one photo without"),
    ],
)
def test_the_time_spans_the_days_of_the_photos(taken: list[str | None], told: list[str]) -> None:
    photos = [photo(number, taken_at=when) for number, when in enumerate(taken, start=1)]

    found = read(survey(*photos)).find("coverage/temporalCoverage")

    assert found is not None
    assert [day.text for day in found.iter("calendarDate")] == told
    assert [child.tag for child in found] == ["singleDateTime" if len(told) == 1 else "rangeOfDates"]


def test_names_with_markup_and_controls_stay_names() -> None:
    dataset = read(survey(photo(1), name="<b>&\"'", site="]]>"))

    assert text(dataset, "title").startswith("<b>&\"', ]]>, ")
    assert str(2**52) not in text(dataset, "alternateIdentifier")

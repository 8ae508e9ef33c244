"""Where and when photos were taken: the server and the app read one table of cases, and ExifTool agrees."""

import json
import shutil
import subprocess
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from coralchunk.assets import folder
from coralchunk.imaging.decoding.capture import Capture, read_capture
from tests.imaging.tiffs import ASCII, BYTE, RATIONAL, Page, Tags, tiff
from tests.waiting import PATIENCE_S

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
TAGS = {
    "DateTimeOriginal": 0x9003,
    "DateTimeDigitized": 0x9004,
    "OffsetTimeOriginal": 0x9011,
    "OffsetTimeDigitized": 0x9012,
    "GPSLatitudeRef": 1,
    "GPSLatitude": 2,
    "GPSLongitudeRef": 3,
    "GPSLongitude": 4,
}


def tags(named: dict[str, Any]) -> Tags:
    return {
        TAGS[name]: (ASCII if isinstance(value, str) else RATIONAL, value) for name, value in named.items()
    }


def block(case: dict[str, Any], order: str = ">") -> bytes:
    """The EXIF block of a case."""
    children = {}
    if case["exif"]:
        children[0x8769] = [Page(tags(case["exif"]))]
    if case["gps"]:
        children[0x8825] = [Page({0: (BYTE, [2, 3, 0, 0]), **tags(case["gps"])})]
    return tiff(Page({0x010F: (ASCII, "reef")}, children=children), order=order)


def photo(case: dict[str, Any], format_name: str = "JPEG", order: str = ">") -> bytes:
    out = BytesIO()
    exif = b"Exif\0\0" + block(case, order)
    Image.new("RGB", (64, 48), (120, 90, 60)).save(out, format_name, exif=exif)
    return out.getvalue()


@each_case
@pytest.mark.parametrize("order", ["<", ">"], ids=["little-endian", "big-endian"])
def test_the_server_reads_a_jpeg(case: dict[str, Any], order: str) -> None:
    assert read_capture(BytesIO(photo(case, order=order)), 10**6) == Capture(**case["expected"])


@pytest.mark.parametrize("format_name", ["PNG", "WEBP", "TIFF", "HEIF"])
@pytest.mark.parametrize("case", CASES[:4], ids=lambda case: case["id"])
def test_the_server_reads_other_formats(case: dict[str, Any], format_name: str) -> None:
    assert read_capture(BytesIO(photo(case, format_name)), 10**6) == Capture(**case["expected"])


def test_a_photo_without_exif_tells_nothing() -> None:
    out = BytesIO()
    Image.new("RGB", (64, 48)).save(out, "PNG")

    assert read_capture(out, 10**6) == Capture()


@pytest.mark.parametrize("kept", [1, 9, 20, 60, 100, 140, 180])
def test_a_block_that_ends_too_early_tells_nothing_wrong(kept: int) -> None:
    whole = block(CASES[0])
    out = BytesIO()
    Image.new("RGB", (64, 48)).save(out, "JPEG", exif=b"Exif\0\0" + whole[:kept])

    told = read_capture(out, 10**6)

    assert told.latitude in {None, CASES[0]["expected"]["latitude"]}
    assert told.taken_at in {None, CASES[0]["expected"]["taken_at"]}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A photo of each case, by its place in the table."""
    place = tmp_path_factory.mktemp("exif")
    paths = [place / f"{number:03}.jpg" for number in range(len(CASES))]
    for path, case in zip(paths, CASES, strict=True):
        path.write_bytes(photo(case))
    return [str(path) for path in paths]


def test_the_app_reads_the_same(files: list[str], tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    static = shutil.copytree(folder("static"), tmp_path / "static")
    (static / "package.json").write_text('{"type": "module"}')
    module = str(static / "photos" / "exif.js")
    driver = shutil.copy(Path(__file__).with_name("read_exif.mjs"), tmp_path)
    output = subprocess.run(
        [node, driver, module, *files], capture_output=True, check=True, timeout=PATIENCE_S
    ).stdout

    names = {
        "takenAt": "taken_at",
        "utcOffset": "utc_offset",
        "latitude": "latitude",
        "longitude": "longitude",
    }
    read = [{names[name]: value for name, value in one.items()} for one in json.loads(output)]
    assert dict(zip((case["id"] for case in CASES), read, strict=True)) == {
        case["id"]: case["expected"] for case in CASES
    }


@cache
def by_exiftool(paths: tuple[str, ...]) -> list[dict[str, Any]]:
    exiftool = shutil.which("exiftool")
    if exiftool is None:
        pytest.skip("ExifTool is not installed")
    command = [exiftool, "-j", "-n", *(f"-{'GPS:' * (tag < 16)}{name}" for name, tag in TAGS.items()), *paths]
    read: list[dict[str, Any]] = json.loads(subprocess.check_output(command, timeout=PATIENCE_S))
    return read


@pytest.mark.parametrize("number", [n for n, case in enumerate(CASES) if case["as_exiftool"]])
def test_exiftool_reads_the_same(files: list[str], number: int) -> None:
    read, expected = by_exiftool(tuple(files))[number], CASES[number]["expected"]

    for name in ("Latitude", "Longitude"):
        told = read.get(f"GPS{name}")
        sign = -1 if str(read.get(f"GPS{name}Ref", "")).upper().startswith(("S", "W")) else 1
        degrees = None if told in {None, ""} else round(sign * abs(float(str(told))), 7)
        assert degrees == expected[name.lower()], CASES[number]["id"]
    taken_at = read.get("DateTimeOriginal")
    assert (taken_at and str(taken_at).replace(":", "-", 2).replace(" ", "T")) == expected["taken_at"]
    assert read.get("OffsetTimeOriginal") == expected["utc_offset"]

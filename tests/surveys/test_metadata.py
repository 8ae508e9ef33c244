"""Test that photos of a survey get depth, transect, time and position from a table."""

import csv
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coralchunk.surveys.metadata.table import read_table
from tests.reef import jpeg
from tests.server import RunningServer


def faults_of(text: str, site: str = "Reef") -> list[str]:
    return [fault.words() for fault in read_table(text, site).faults]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("photo,depth_m,taken_at\na.jpg,7.5,2024-03-09 10:15\n", id="commas"),
        pytest.param("\ufeffPhoto;Depth (m);Time\r\na.jpg;7,5;2024:03:09 10:15:00\r\n", id="semicolons"),
        pytest.param("File name\tDEPTH\tdatetime\na.jpg\t 7.5 \t2024-03-09T10:15:00\n\t\t\n", id="tabs"),
    ],
)
def test_tables_of_several_programs_say_the_same(text: str) -> None:
    (row,) = read_table(text, "Reef").rows

    assert (row.row, row.name) == (2, "a.jpg")
    assert row.fields == {"depth_m": 7.5, "taken_at": "2024-03-09T10:15:00"}
    assert faults_of(text) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(
            "photo,depth_m\na.jpg,deep\n",
            "row 2, column 'depth_m', value 'deep': give metres below the surface as a number",
            id="a depth in words",
        ),
        pytest.param("photo,lat,lon\na.jpg,95,1\n", "column 'lat', value '95': give", id="beyond a pole"),
        pytest.param("photo,lat\na.jpg,5\n", "'5': give latitude and longitude, or", id="half a position"),
        pytest.param("photo,time\n\na.jpg,noon\n", "row 3, column 'time', value 'noon'", id="no time"),
        pytest.param("photo,site\na.jpg,Lagoon\n", "this survey is of 'Reef'", id="another site"),
        pytest.param("photo,depth\n,3\n", "column 'photo', value '': give the file name", id="no name"),
        pytest.param("depth\n3\n", "file names 'photo'", id="no column of names"),
    ],
)
def test_a_fault_names_row_column_value_and_remedy(text: str, fault: str) -> None:
    assert fault in faults_of(text)[0]


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    table = read_table(text, "Reef")

    assert all(fault.remedy for fault in table.faults)
    assert table.rows or table.faults or "photo" not in text


@pytest.fixture(scope="module")
def survey(server: RunningServer) -> str:
    fields = {"name": "M", "date": "2024-03-09", "site": "Reef", "depth_m": 5, "transect": "T1"}
    path = f"/V1/api/surveys/{server.client.post('/V1/api/surveys', json=fields).json()['survey_id']}"
    job_ids = [server.submit(jpeg(400, 300, seed=number)) for number in (71, 72)]
    for name, job_id in zip(("a.jpg", "B.JPG"), job_ids, strict=True):
        server.completed(job_id)
        assert server.client.post(f"{path}/photos", json={"job_id": job_id, "name": name}).status_code == 201
    return path


def photos(server: RunningServer, survey: str) -> list[dict[str, Any]]:
    return server.client.get(survey).json()["photos"]


def test_photos_get_what_their_rows_say_and_exports_tell_it(server: RunningServer, survey: str) -> None:
    table = (
        "photo,depth_m,transect,taken_at,lat,lon,observer\nb.jpg,9.5,T2,2024-03-09 11:00,-16.7,146.25,Ana\n"
    )

    told = server.client.post(f"{survey}/metadata", json={"csv": table}).json()

    assert told == {"photos": 1, "without_row": 1, "ignored_columns": ["observer"]}
    first, second = photos(server, survey)
    assert (first["depth_m"], first["transect"], first["taken_at"]) == (None, None, None)
    assert (second["depth_m"], second["transect"], second["taken_at"]) == (9.5, "T2", "2024-03-09T11:00:00")
    rows = list(csv.DictReader(StringIO(server.client.get(f"{survey}.csv").text)))
    assert [(row["depth_m"], row["transect"]) for row in rows] == [("5.0", "T1"), ("9.5", "T2")]
    (feature,) = server.client.get(f"{survey}.geojson").json()["features"]
    assert feature["geometry"]["coordinates"] == [146.25, -16.7]
    assert feature["properties"]["depth_m"] == 9.5


def test_one_wrong_cell_keeps_the_whole_table_out(server: RunningServer, survey: str) -> None:
    before = photos(server, survey)
    table = "photo,depth_m\na.jpg,3\nmissing.jpg,4\nA.jpg,x\n"

    refused = server.client.post(f"{survey}/metadata", json={"csv": table})

    assert refused.status_code == 400
    detail = refused.json()["detail"]
    assert detail.startswith("Nothing of the table was used. row 4, column 'depth_m', value 'x'")
    assert "row 3, column 'photo', value 'missing.jpg': the survey has no photo of this name" in detail
    assert "keep one row for each photo" in detail
    assert photos(server, survey) == before

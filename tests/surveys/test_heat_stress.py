"""Test that NOAA's heat stress is read, kept with the site of a survey, drawn and exported."""

import csv
import datetime as dt
import re
from collections.abc import Iterator
from io import BytesIO, StringIO
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from coralchunk.errors import CoralchunkError
from coralchunk.storage.rows import surveys
from coralchunk.storage.rows.heat_stress import heat_stress_of, put_heat_stress, remove_heat_stress
from coralchunk.storage.sql.database import Database, open_database
from coralchunk.surveys.heat_stress.curve import curve, time_shown
from coralchunk.surveys.heat_stress.series import Day, HeatStress, highest, packed, unpacked
from coralchunk.surveys.heat_stress.table import MAX_DAYS, MOST_DHW, read_heat_stress
from coralchunk.surveys.plot import HEAT_BOTTOM, HEAT_TOP, LEFT, RIGHT, plot
from coralchunk.surveys.report.heat_stress import heat_report
from coralchunk.surveys.time_axis import TimeAxis
from coralchunk.translations import Texts
from tests.reef import jpeg
from tests.server import RunningServer
from tests.surveys.conftest import survey

SVG = "{http://www.w3.org/2000/svg}"
ENGLISH = Texts("en")
STATION = """Name:
Northern Reef

Polygon Middle Longitude:
146.2500

Averaged Maximum Monthly Mean:
28.9000

First Valid DHW Date:
2024 29 02

First Valid BAA Date:
2024 06 03

YYYY MM DD SST_MIN SST_MAX SST@90th_HS SSTA@90th_HS 90th_HS>0 DHW_from_90th_HS>1 BAA_7day_max
2024 02 28 25.4800 30.5300 29.9500 0.4102 0.3600 0.0000 1
2024 02 29 25.4800 30.5300 29.9500 0.4102 0.3600 3.9000 1
2024 03 01 25.4800 30.5300 29.9500 1.4102 1.3600 8.2500 4
"""
READ = (Day(dt.date(2024, 2, 29), 3.9), Day(dt.date(2024, 3, 1), 8.25))


def rising(first: str, values: list[float]) -> HeatStress:
    start = dt.date.fromisoformat(first)
    return HeatStress("Reef", tuple(Day(start + dt.timedelta(n), value) for n, value in enumerate(values)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param(STATION, "Northern Reef", id="a virtual station"),
        pytest.param(STATION.replace("\n", "\r\n"), "Northern Reef", id="a virtual station from Windows"),
        pytest.param(
            "YYYY,MM,DD,DHW_from_90th_HS.1\n2024,2,29,3.9\n2024,3,1,8.25\n", "f.csv", id="a station through R"
        ),
        pytest.param(
            "time,latitude,longitude,CRW_DHW\nUTC,degrees_north,degrees_east,degree_Celsius_weeks\n"
            "2024-03-01T12:00:00Z,-16.675,146.275,8.25\n2024-02-28T12:00:00Z,-16.675,146.275,NaN\n"
            "2024-02-29T12:00:00Z,-16.675,146.275,3.9\n",
            "f.csv",
            id="ERDDAP's csv, newest first",
        ),
        pytest.param(
            'time (UTC),"degree_heating_week (degree_Celsius_weeks)"\n2024-02-29T12:00:00Z,3.9\n\n'
            "2024-03-01T12:00:00Z,8.25\n",
            "f.csv",
            id="ERDDAP's csvp",
        ),
        pytest.param("\ufeffDate;DHW\n2024-02-29;3.9\n2024-03-01;8.25\n", "f.csv", id="a spreadsheet"),
    ],
)
def test_files_of_noaa_and_erddap_say_the_same(text: str, name: str) -> None:
    series = read_heat_stress(text, "f.csv")

    assert (series.name, series.days) == (name, READ)


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        pytest.param("a,b\n1,2\n", "NoHeatStressColumns", "DHW_from_90th_HS>1", id="other columns"),
        pytest.param("", "NoHeatStressColumns", "Nothing was stored", id="nothing"),
        pytest.param("date,dhw\n2024-03-01\n", "BadHeatStressRow", "Line 2 has 1 columns", id="a cut line"),
        pytest.param(
            "date,dhw\n2024-02-30,1\n",
            "BadHeatStressDay",
            "Line 2: '2024-02-30' is no date from 1981-01-01 to 2100-01-01. Write it as 2024-03-09",
            id="no such day",
        ),
        pytest.param("date,dhw\n1066-01-01,1\n", "BadHeatStressDay", "'1066-01-01'", id="before satellites"),
        pytest.param(
            "\ndate,dhw\n2024-03-01,-1\n",
            "BadHeatStressValue",
            "Line 3: dhw is '-1'. Give °C-weeks as a number from 0 to 100",
            id="below nothing",
        ),
        pytest.param("date,dhw\n2024-03-01,inf\n", "BadHeatStressValue", "'inf'", id="without end"),
        pytest.param(
            "date,dhw\n2024-03-01,1\n2024-03-02,1\n2024-03-01,2\n",
            "RepeatedHeatStressDay",
            "Line 4: 2024-03-01 is also on line 2. Export one place only",
            id="two places",
        ),
        pytest.param(
            "date,dhw\n2024-03-01,NaN\n", "NoHeatStressDays", "export a place in the sea", id="land"
        ),
        pytest.param(
            "date,dhw\n"
            + "".join(f"{dt.date(1985, 1, 1) + dt.timedelta(n)},1\n" for n in range(MAX_DAYS + 1)),
            "TooManyHeatStressDays",
            "more than 20000 days",
            id="too many days",
        ),
    ],
)
def test_an_error_names_line_value_limit_and_remedy(text: str, kind: str, said: str) -> None:
    with pytest.raises(CoralchunkError, match=re.escape(said)) as refused:
        read_heat_stress(text, "f.csv")

    assert refused.value.kind() == kind


@given(st.text(max_size=300) | st.text("date,dhw\n2024-03019.eE YMD", max_size=200).map("date,dhw\n".__add__))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        series = read_heat_stress(text, "f.csv")
    except CoralchunkError:
        return

    assert all(0 <= day.dhw <= MOST_DHW for day in series.days)


@given(st.dictionaries(st.dates(dt.date(1981, 1, 1), dt.date(2099, 1, 1)), st.floats(0, 100), min_size=1))
def test_a_series_is_stored_without_loss(values: dict[dt.date, float]) -> None:
    series = HeatStress("Reef", tuple(Day(date, values[date]) for date in sorted(values)))

    assert unpacked("Reef", packed(series)) == series
    assert {date: series.on(date) for date in values} == values
    assert highest(series.days) == max(series.days, key=lambda day: day.dhw)


@given(
    st.dates(dt.date(1985, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 20_000), st.lists(st.floats(0, 100))
)
def test_a_curve_stays_in_its_field_and_the_calendar_is_readable(
    first: dt.date, length: int, values: list[float]
) -> None:
    series = rising(first.isoformat(), [0.0, *values])
    axis = TimeAxis(first, first + dt.timedelta(days=length), LEFT, RIGHT)

    drawn = curve(series, axis, HEAT_TOP, HEAT_BOTTOM, ENGLISH)
    ticks = axis.calendar(90)

    assert all(LEFT <= point.x <= RIGHT for line in drawn.lines for point in line)
    assert all(HEAT_TOP <= point.y <= HEAT_BOTTOM for line in drawn.lines for point in line)
    assert [level.words for level in drawn.levels] == [
        "4 °C-weeks: Bleaching Alert Level 1",
        "8 °C-weeks: Bleaching Alert Level 2",
    ]
    assert all(later.at - earlier.at > 60 for earlier, later in pairwise(ticks))


def test_the_axis_of_a_plot_begins_half_a_year_before_the_first_survey() -> None:
    series = rising("2020-01-01", [float(n % 9) for n in range(2000)])
    day = dt.date(2024, 3, 9)

    assert time_shown(series, [day]) == (dt.date(2023, 9, 9), dt.date(2024, 6, 8))
    assert time_shown(None, [day]) == (day, day)
    assert time_shown(rising("2024-03-01", [1.0]), [day]) == (dt.date(2024, 3, 1), day)
    drawn = plot([survey(date="2024-03-09")], series, ENGLISH)
    assert drawn.heat is not None
    assert drawn.height > plot([survey(date="2024-03-09")], None, ENGLISH).height
    (run,) = drawn.heat.curve.lines
    assert run[0].x < drawn.marks[0].x < run[-1].x


def test_missing_weeks_break_the_curve() -> None:
    days = [Day(dt.date(2024, 1, 1), 1.0), Day(dt.date(2024, 1, 5), 2.0), Day(dt.date(2024, 3, 1), 3.0)]
    axis = TimeAxis(dt.date(2024, 1, 1), dt.date(2024, 3, 1), 0.0, 100.0)

    drawn = curve(HeatStress("Reef", tuple(days)), axis, 0.0, 100.0, ENGLISH)

    assert [len(line) for line in drawn.lines] == [2, 1]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param([1.0, 3.9], "less than NOAA's Bleaching Alert Level 1", id="below both levels"),
        pytest.param([4.0, 1.0], "as NOAA's Bleaching Alert Level 1 needs (4 °C-weeks)", id="level 1"),
        pytest.param([8.0, 1.0], "as NOAA's Bleaching Alert Level 2 needs (8 °C-weeks)", id="level 2"),
    ],
)
def test_the_report_compares_the_highest_stress_of_the_year_before(values: list[float], said: str) -> None:
    told = heat_report(rising("2024-01-01", values), dt.date(2024, 1, 2), ENGLISH)

    assert told is not None
    assert said in told.paragraphs[0]
    assert f"heat stress was {values[1]:.1f} °C-weeks" in told.paragraphs[0]
    assert heat_report(rising("1990-01-01", values), dt.date(2024, 1, 2), ENGLISH) is None


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    database = open_database(database_url, tmp_path)
    yield database
    database.close()


def test_heat_stress_is_of_the_site_of_an_owner_and_of_nobody_elses_survey(database: Database) -> None:
    mine, sister = survey(user_id=1).survey, survey(user_id=1, id=7, name="Later").survey
    elsewhere, open_one, other_open = (
        survey(user_id=1, id=8, site="Lagoon").survey,
        survey(id=9).survey,
        survey(id=10).survey,
    )
    with database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO users (id, name, password_hash, created_at) VALUES (1, 'a', '', 1)"
        )
        for one in (mine, sister, elsewhere, open_one, other_open):
            surveys.add_survey(connection, one)
        put_heat_stress(connection, mine, "first", b"1", 1.0)
        put_heat_stress(connection, sister, "second", b"2", 2.0)  # replaces it
        put_heat_stress(connection, open_one, "open", b"3", 3.0)

        found = {
            one.id: heat_stress_of(connection, [one])
            for one in (mine, sister, elsewhere, open_one, other_open)
        }
        names = {number: None if row is None else row.name for number, row in found.items()}
        newest = heat_stress_of(connection, [mine, open_one])
        surveys.delete_survey(connection, mine.id)
        kept = heat_stress_of(connection, [sister])
        removed = [remove_heat_stress(connection, sister) for _ in range(2)]
        surveys.delete_survey(connection, open_one.id)
        gone = heat_stress_of(connection, [open_one])

    assert names == {mine.id: "second", 7: "second", 8: None, 9: "open", 10: None}
    assert newest is not None
    assert newest.name == "open"
    assert kept is not None
    assert (removed, gone) == ([True, False], None)


@pytest.fixture(scope="module")
def stored(server: RunningServer) -> str:
    """The path of a survey whose site has heat stress."""
    fields = {"name": "Hot", "site": "Heron", "date": "2024-03-01"}
    path = f"/V1/api/surveys/{server.client.post('/V1/api/surveys', json=fields).json()['survey_id']}"
    job_id = server.submit(jpeg(400, 300, seed=91))
    server.completed(job_id)
    body = {"job_id": job_id, "latitude": -23.4, "longitude": 151.9}
    assert server.client.post(f"{path}/photos", json=body).status_code == 201
    put = server.client.put(f"{path}/heat-stress", json={"file": STATION, "name": "station.txt"})
    assert put.status_code == 200, put.text
    return path


def test_the_server_tells_draws_and_exports_what_was_stored(server: RunningServer, stored: str) -> None:
    told = server.client.get(f"{stored}/heat-stress").json()
    exported = server.client.get(f"{stored}/heat-stress.csv")
    (row,) = csv.DictReader(StringIO(server.client.get(f"{stored}.csv").text))
    (feature,) = server.client.get(f"{stored}.geojson").json()["features"]
    drawn = ET.fromstring(server.client.get(f"/V1/api/surveys/plot.svg?id={Path(stored).name}").text)  # noqa: S314
    report = PdfReader(BytesIO(server.client.get(f"{stored}/report.pdf").content))
    page = server.client.get(f"{stored}/report.html").text

    series = told["heat_stress"]
    assert told["site"] == "Heron"
    assert (series["name"], series["days"], series["on_survey_date"]) == ("Northern Reef", 2, 8.25)
    assert (series["highest"], series["highest_on"]) == (8.25, "2024-03-01")
    assert exported.text == "date,dhw\r\n2024-02-29,3.9\r\n2024-03-01,8.25\r\n"
    assert row["dhw_c_weeks"] == "8.25"
    assert feature["properties"]["dhw_c_weeks"] == 8.25
    assert len(list(drawn.iter(f"{SVG}polyline"))) == 1
    texts = [text.text for text in drawn.iter(f"{SVG}text")]
    assert "4 °C-weeks: Bleaching Alert Level 1" in texts
    assert "8 °C-weeks: Bleaching Alert Level 2" in texts
    for text in (" ".join(one.extract_text() for one in report.pages), page):
        assert "On the day of the survey, heat stress was 8.2 °C-weeks (DHW)." in re.sub(r"\s+", " ", text)


def test_a_file_is_replaced_refused_in_the_language_of_the_client_and_removed(server: RunningServer) -> None:
    fields = {"name": "Warm", "site": "Lizard", "date": "2024-03-01"}
    path = f"/V1/api/surveys/{server.client.post('/V1/api/surveys', json=fields).json()['survey_id']}"
    address, spanish = f"{path}/heat-stress", {"Accept-Language": "es"}
    before = server.client.get(address).json()
    for dhw in (1, 2):
        body = {"file": f"date,dhw\n2024-03-01,{dhw}\n", "name": "erddap.csv"}
        server.client.put(address, json=body).raise_for_status()

    refused = server.client.put(address, json={"file": "date,dhw\n2024-03-01,x\n"}, headers=spanish)
    told = server.client.get(address).json()["heat_stress"]
    removed = server.client.delete(address).status_code
    again = server.client.delete(address)
    server.client.patch(path, json={"site": ""}).raise_for_status()
    no_site = server.client.put(address, json={"file": STATION})

    assert before == {"site": "Lizard", "heat_stress": None}
    assert refused.status_code == 400
    assert "Línea 2: dhw es 'x'. Da °C-semanas como número de 0 a 100" in refused.json()["detail"]
    assert (told["highest"], told["name"]) == (2, "erddap.csv")
    assert (removed, again.status_code, again.json()["title"]) == (200, 404, "NoHeatStress")
    assert server.client.get(f"{address}.csv").status_code == 404
    assert (no_site.status_code, no_site.json()["title"]) == (400, "NoSite")


def test_a_plot_of_several_sites_has_no_heat_stress_and_can_be_of_one(
    server: RunningServer, stored: str
) -> None:
    fields = {"name": "Elsewhere", "site": "Nowhere", "date": "2023-03-01"}
    other = server.client.post("/V1/api/surveys", json=fields).json()["survey_id"]
    query = f"/V1/api/surveys/plot.svg?id={other}&id={Path(stored).name}"

    assert "polyline" not in server.client.get(query).text
    of_one = server.client.get(f"{query}&site=Heron").text
    assert "polyline" in of_one
    assert "Elsewhere" not in of_one

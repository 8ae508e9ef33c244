"""Test that the least certain chunk comes first, and that labels are stored as research reads them."""

from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from coralchunk.arrays import Probabilities
from coralchunk.errors.setup import BadLabels
from coralchunk.imaging.photo import Photo
from coralchunk.imaging.pixels.raster import ArrayRaster
from coralchunk.labelling.letters import LETTERS, read_letters, write_letters
from coralchunk.labelling.page import create_page
from coralchunk.labelling.session import Session, Tile
from coralchunk.labelling.tiles import Photos, tiles_of
from coralchunk.terms import CHUNK_PX, CLASSES, Chunk
from tests.reef import jpeg

MAX_PIXELS = 10_000_000
CONFIDENCES = (0.9, 0.4, 0.7, 0.5, 0.6, 0.8)


def tile(number: int, confidence: float) -> Tile:
    place = Chunk(number % 3 * CHUNK_PX, number // 3 * CHUNK_PX, CHUNK_PX, CHUNK_PX)
    return Tile("dive/reef.jpg", number, place, "Healthy Coral", confidence)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    tiles = [tile(number, confidence) for number, confidence in enumerate(CONFIDENCES)]
    return Session(tiles, {"dive/reef.jpg": 3}, tmp_path / "labels.csv")


@pytest.fixture
def client(session: Session, tmp_path: Path) -> FlaskClient:
    (tmp_path / "dive").mkdir()
    (tmp_path / "dive" / "reef.jpg").write_bytes(jpeg(3 * CHUNK_PX, 2 * CHUNK_PX))
    return create_page(session, Photos(tmp_path, MAX_PIXELS)).test_client()


def stored(tmp_path: Path) -> str:
    return (tmp_path / "labels.csv").read_text().splitlines()[-1]


def test_the_least_certain_chunk_is_labelled_first_and_undo_takes_it_back(
    client: FlaskClient, tmp_path: Path
) -> None:
    first = client.get("/tile").get_json()
    second = client.post("/label", json={"place": first["place"], "letter": "B"}).get_json()
    after_one = stored(tmp_path)
    third = client.post("/label", json={"place": second["place"], "letter": "N"}).get_json()
    after_two = stored(tmp_path)
    back = client.post("/undo", json={}).get_json()

    assert [one["number"] for one in (first, second, third, back)] == [1, 3, 4, 3]
    assert (after_one, after_two) == ("dive/reef.jpg,3,-B----", "dive/reef.jpg,3,-B-N--")
    assert stored(tmp_path) == after_one
    assert (back["labelled"], back["tiles"]) == (1, 6)


def test_labels_are_continued_later(session: Session, tmp_path: Path) -> None:
    session.label(0, "U")

    again = Session(session.tiles, {"dive/reef.jpg": 3}, tmp_path / "labels.csv")

    assert again.labelled == 1
    assert again.next() == 1
    assert again.undo() is None


def test_when_everything_is_labelled_the_page_says_so(client: FlaskClient) -> None:
    for _ in CONFIDENCES:
        place = client.get("/tile").get_json()["place"]
        client.post("/label", json={"place": place, "letter": "H"})

    assert client.get("/tile").get_json() == {"labelled": 6, "tiles": 6, "place": None}


def test_research_reads_what_was_labelled(client: FlaskClient, tmp_path: Path) -> None:
    sources = pytest.importorskip("research.sources")
    for letter in "BPHNU":
        place = client.get("/tile").get_json()["place"]
        client.post("/label", json={"place": place, "letter": letter})

    patches = sources.read_letters(tmp_path / "labels.csv", tmp_path, "mine")

    found = {(one.left, one.top): one.label for one in patches}
    assert found == {
        (CHUNK_PX, 0): "bleached",
        (0, CHUNK_PX): "partly_bleached",
        (CHUNK_PX, CHUNK_PX): "healthy",
        (2 * CHUNK_PX, 0): "not_coral",
    }


def test_the_picture_shows_the_chunk_in_a_frame(client: FlaskClient) -> None:
    answer = client.get("/tiles/0.webp")

    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert client.get("/tiles/6.webp").status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {"place": 0, "letter": "X"},
        {"place": 6, "letter": "B"},
        {"place": -1, "letter": "B"},
        {"place": 0},
        [],
    ],
    ids=["another letter", "no such chunk", "a negative one", "no letter", "a list"],
)
def test_labels_that_make_no_sense_are_refused(client: FlaskClient, sent: object) -> None:
    assert client.post("/label", json=sent).status_code == 400
    assert client.get("/tile").get_json()["labelled"] == 0


def test_other_sites_cannot_reach_the_page(client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "attacker.example:5002"}).status_code == 403
    assert client.post("/label", data={"place": 0, "letter": "B"}).status_code == 415
    assert "default-src 'self'" in client.get("/").headers["Content-Security-Policy"]


def test_chunks_that_are_not_whole_are_left_out_and_empty_ones_come_last() -> None:
    photo = Photo(ArrayRaster(np.zeros((2 * CHUNK_PX + 9, 3 * CHUNK_PX + 100, 3), np.uint8)), 1)

    def classify(_: Photo, chunks: object) -> Probabilities:
        return np.array([[np.nan] * 3, *[[0.2, 0.5, 0.3]] * 5], dtype=np.float32)

    tiles = tiles_of("reef.jpg", photo, classify, tuple(CLASSES))

    assert len(tiles) == 6
    assert (tiles[0].predicted, tiles[0].confidence) == ("Not Coral", 1.0)
    assert (tiles[4].chunk.x, tiles[4].chunk.y) == (CHUNK_PX, CHUNK_PX)
    assert tiles[4].predicted == "Healthy Coral"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("other.jpg,3,BBBBBB", "no photo 'other.jpg'"),
        ("reef.jpg,3,BB", "needs 6 letters"),
        ("reef.jpg,3,BBBBBX", "of BPHNU-"),
    ],
    ids=["another photo", "too few letters", "another letter"],
)
def test_a_table_that_does_not_fit_is_refused(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(f"photo,columns,tiles\n{line}\n")

    with pytest.raises(BadLabels, match=says):
        read_letters(path, {"reef.jpg": 6})

    assert line in path.read_text()


@given(
    st.dictionaries(
        st.text(st.characters(categories=("L", "N"), include_characters=" ,\"'/"), min_size=1),
        st.lists(st.sampled_from([*LETTERS, "-"]), min_size=1, max_size=9),
        max_size=4,
    )
)
def test_a_table_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, list[str]]
) -> None:
    path = tmp_path_factory.mktemp("labels") / "labels.csv"
    counts = {photo: len(tiles) for photo, tiles in table.items()}

    write_letters(path, table, counts)

    assert read_letters(path, counts) == table

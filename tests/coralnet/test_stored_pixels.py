"""Test that points are rows and columns of the stored pixels, regardless of the EXIF orientation."""

import pytest

from coralchunk.config import Settings
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.storage.remote import fetch
from coralchunk.terms import CHUNK_PX, Chunk, Size
from tests.coralnet.conftest import Ask, WorkOff, image, images
from tests.coralnet.host import HEIGHT, TURNED, WIDTH, ImageHost

DEPLOY = "/api/classifier/1/deploy/"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", TURNED)
def test_a_point_is_classified_where_it_is_stored(
    ask: Ask, host: ImageHost, work_off: WorkOff, settings: Settings, context: WorkerContext, name: str
) -> None:
    status = ask(DEPLOY, images(image(host.url(name), (10, 590), (399, 0)))).headers["Location"]
    work_off()

    (classified,) = ask(status.replace("status", "result")).get_json()["data"]["images"]

    photo = open_photo(fetch(host.url(name), settings), settings.max_pixels)
    assert photo.size == Size(HEIGHT, WIDTH)  # other languages turn it upright
    stored = photo.as_stored()
    for point, (row, column) in zip(classified["points"], ((0, 356), (156, 0)), strict=True):
        window = stored.cut(Chunk(column, row, CHUNK_PX, CHUNK_PX))[None]
        expected = context.classifier.probabilities(window, stored.scene)[0]
        scores = {one["label_id"]: one["score"] for one in point["classifications"]}
        assert [scores[number] for number in (1, 2, 3)] == pytest.approx(expected.tolist(), abs=1e-5)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_is_said_of_a_point_where_the_photo_is_empty(
    ask: Ask, host: ImageHost, work_off: WorkOff
) -> None:
    asked = image(host.url("half.png"), (200, 100), (200, 299), (200, 300), (200, 500))
    status = ask(DEPLOY, images(asked)).headers["Location"]
    work_off()

    (classified,) = ask(status.replace("status", "result")).get_json()["data"]["images"]

    assert [len(point["classifications"]) for point in classified["points"]] == [3, 3, 0, 0]
    assert [(point["row"], point["column"]) for point in classified["points"]][3] == (200, 500)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", TURNED)
def test_a_row_of_the_upright_photo_lies_outside(
    ask: Ask, host: ImageHost, work_off: WorkOff, name: str
) -> None:
    status = ask(DEPLOY, images(image(host.url(name), (590, 10)))).headers["Location"]
    work_off()

    (refused,) = ask(status.replace("status", "result")).get_json()["data"]["images"]

    assert "400 rows (0 to 399) and 600 columns (0 to 599)" in refused["errors"][0]

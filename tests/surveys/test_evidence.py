"""Test that a survey keeps photos and maps if it is asked to, and names their cameras."""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.reef import encoded, reef
from tests.server import RunningServer

NOTES = Image.Exif()
NOTES[0x010F], NOTES[0x0110] = "OLYMPUS", "TG-6\n"
PHOTO = encoded(reef(700, 500, seed=9), "JPEG", exif=NOTES)


def with_photo(server: RunningServer, content: bytes = PHOTO, **fields: object) -> tuple[str, dict[str, Any]]:
    """Begin a survey with a photo, whose job is then deleted. Returns the survey's path, and the photo."""
    job_id = server.submit(content, "reef.jpg")
    server.completed(job_id)
    body = {"name": "Kept", "date": "2024-03-09", **fields}
    path = f"/V1/api/surveys/{server.client.post('/V1/api/surveys', json=body).json()['survey_id']}"
    added = server.client.post(f"{path}/photos", json={"job_id": job_id}).json()
    server.client.delete(f"/V1/api/classify/{job_id}").raise_for_status()
    return path, added


def folders(server: RunningServer) -> set[Path]:
    return set((server.data_dir / "surveys").glob("*"))


def test_photo_and_maps_are_kept_after_the_job_until_the_photo_is_removed(server: RunningServer) -> None:
    before = folders(server)
    path, added = with_photo(server, keeps_photos=True)
    photo = f"{path}/photos/{added['photo_id']}"

    original, picture, preview = (
        server.client.get(f"{photo}/{part}") for part in ("original", "picture.png", "preview.jpg")
    )

    sizes = [len(one.content) for one in (original, picture, preview)]
    survey = server.client.get(path).json()
    assert hashlib.sha256(original.content).hexdigest() == added["sha256"]
    assert original.headers["Content-Disposition"].startswith("attachment")
    assert Image.open(BytesIO(picture.content)).size == (700, 500)
    assert added["kept_bytes"] == survey["kept_bytes"] == sum(sizes)
    assert (added["camera"], survey["cameras"]) == ("OLYMPUS TG-6", ["OLYMPUS TG-6"])
    server.client.delete(photo).raise_for_status()
    assert folders(server) == before


def test_a_survey_that_is_deleted_leaves_no_photo(server: RunningServer) -> None:
    before = folders(server)
    path, _ = with_photo(server, keeps_photos=True)
    during = folders(server) - before

    server.client.delete(path).raise_for_status()

    assert len(during) == 1
    assert folders(server) == before


@pytest.mark.parametrize("part", ["original", "picture.png", "preview.jpg"])
def test_a_survey_that_was_not_asked_to_keeps_figures_only(server: RunningServer, part: str) -> None:
    path, added = with_photo(server)

    answer = server.client.get(f"{path}/photos/{added['photo_id']}/{part}")

    assert added["kept_bytes"] is None
    assert (answer.status_code, answer.json()["title"]) == (404, "NotKept")


def test_the_same_file_is_refused_again_and_what_is_kept_of_it_stays(server: RunningServer) -> None:
    path, added = with_photo(server, keeps_photos=True)
    before = folders(server)
    job_id = server.submit(PHOTO, "again.jpg")
    server.completed(job_id)

    again = server.client.post(f"{path}/photos", json={"job_id": job_id})

    assert again.status_code == 409
    assert folders(server) == before
    assert server.client.get(f"{path}/photos/{added['photo_id']}/original").status_code == 200

"""Test photos from a real dive if they are available; none is part of this repository."""

from pathlib import Path

import pytest

from tests.server import RunningServer

PHOTOS = Path(__file__).parents[2] / "shared" / "data" / "photos"


@pytest.mark.slow
def test_real_photos_come_back_completed(server: RunningServer) -> None:
    photos = sorted(PHOTOS.glob("*.jpg"), key=lambda path: path.stat().st_size)[:2]
    if not photos:
        pytest.skip(f"no real photos in {PHOTOS}")

    answers = [server.completed(server.submit(photo.read_bytes())) for photo in photos]

    for answer in answers:
        assert answer["completed_chunks"] == answer["total_chunks"] == len(answer["chunks"]) > 1
        assert answer["summary"]["bleached_chunks"] + answer["summary"]["healthy_chunks"] > 0

"""Test the small picture of a result: its formats, and those that version 1.0 stored and its addresses."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from coralchunk.imaging.encode import webp
from tests.reef import encoded, jpeg, reef
from tests.server import RunningServer

V1 = "/V1/api"
JPEG, WEBP = ("image/jpeg", "JPEG"), ("image/webp", "WEBP")
OF_VERSION_1_0 = webp(reef(640, 246))


def completed(server: RunningServer, photo: bytes) -> int:
    job_id = server.submit(photo)
    server.completed(job_id)
    return job_id


def previews(server: RunningServer, job_id: int) -> list[bytes]:
    """Return what each address of a preview answers: its own and its share's, today's and version 1.0's."""
    share_id = server.client.post(f"{V1}/classify/{job_id}/share").json()["share_id"]
    places = (f"{V1}/result/{job_id}", f"{V1}/shared/{share_id}")
    answers = [server.client.get(f"{place}.{end}") for place in places for end in ("jpg", "webp")]
    shown = [Image.open(BytesIO(answer.content)) for answer in answers]
    found = {
        (answer.headers["Content-Type"], image.format, answer.headers["X-Content-Type-Options"])
        for answer, image in zip(answers, shown, strict=True)
    }
    assert len(found) == 1, found
    return [answer.content for answer in answers]


def kind(content: bytes) -> tuple[str, str]:
    image = Image.open(BytesIO(content))
    return Image.MIME[image.format or ""], image.format or ""


def as_version_1_0_left_it(folder: Path) -> None:
    """Put the preview of version 1.0 in place of today's."""
    (folder / "preview.jpg").unlink()
    (folder / "preview.webp").write_bytes(OF_VERSION_1_0)


def test_it_is_a_jpeg_for_owners_and_for_those_with_the_link_at_both_addresses(server: RunningServer) -> None:
    job_id = completed(server, jpeg(1300, 500, seed=31))

    found = previews(server, job_id)

    assert kind(found[0]) == JPEG
    assert max(Image.open(BytesIO(found[0])).size) == 640
    assert set(found) == {found[0]}
    assert server.client.get(f"{V1}/shared/nobody.jpg").status_code == 404


def test_a_result_of_version_1_0_is_served_as_it_was_stored_at_both_addresses(server: RunningServer) -> None:
    job_id = completed(server, jpeg(1300, 500, seed=31))
    as_version_1_0_left_it(server.data_dir / "jobs" / str(job_id))

    found = previews(server, job_id)

    assert kind(found[0]) == WEBP
    assert set(found) == {OF_VERSION_1_0}


def test_a_photo_with_empty_parts_has_a_transparent_one(server: RunningServer) -> None:
    alpha = np.full((500, 1300, 1), 255, np.uint8)
    alpha[:, :500] = 0
    job_id = completed(server, encoded(np.concatenate([reef(1300, 500, seed=31), alpha], axis=2), "PNG"))

    (found, *_) = previews(server, job_id)

    assert kind(found) == WEBP
    shown = np.asarray(Image.open(BytesIO(found)).convert("RGBA"))[..., 3]
    assert (shown[:, :240] == 0).all()
    assert (shown[:, 250:] == 255).all()


def test_without_any_there_is_none(server: RunningServer) -> None:
    job_id = completed(server, jpeg(300, 300))
    (server.data_dir / "jobs" / str(job_id) / "preview.jpg").unlink()

    answers = [server.client.get(f"{V1}/result/{job_id}.{end}").status_code for end in ("jpg", "webp")]

    assert answers == [404, 404]


@pytest.mark.parametrize("is_of_version_1_0", [False, True], ids=["of today", "of version 1.0"])
def test_a_survey_keeps_the_one_that_there_is(server: RunningServer, *, is_of_version_1_0: bool) -> None:
    job_id = completed(server, jpeg(1300, 500, seed=31 + is_of_version_1_0))
    if is_of_version_1_0:
        as_version_1_0_left_it(server.data_dir / "jobs" / str(job_id))
    body = {"name": "Kept", "date": "2026-11-28", "keeps_photos": True}
    survey = f"{V1}/surveys/{server.client.post(f'{V1}/surveys', json=body).json()['survey_id']}"
    photo = server.client.post(f"{survey}/photos", json={"job_id": job_id}).json()["photo_id"]
    server.client.delete(f"{V1}/classify/{job_id}").raise_for_status()

    answers = [server.client.get(f"{survey}/photos/{photo}/preview.{end}") for end in ("jpg", "webp")]
    report = server.client.get(f"{survey}/report.html").text

    wanted = WEBP if is_of_version_1_0 else JPEG
    assert {(answer.headers["Content-Type"], kind(answer.content)) for answer in answers} == {
        (wanted[0], wanted)
    }
    assert f"data:{wanted[0]};base64," in report
    assert server.client.get(f"{survey}/report.pdf").content.startswith(b"%PDF")

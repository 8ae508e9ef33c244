"""Test that a running server refuses hostile files, or ends their jobs with an error."""

import pytest

from tests.hostile.conftest import Throw, is_sentence
from tests.hostile.files import BAD, FORMATS, ODD, Make, broken_at_random, cut_off
from tests.reef import encoded, jpeg, reef
from tests.server import RunningServer
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


def ended(server: RunningServer, job_ids: list[int]) -> list[str]:
    """Wait until all these jobs are final. Returns their states; errors must have a message."""

    def states() -> list[str]:
        answers = [server.status(job_id, "") for job_id in job_ids]
        for answer in answers:
            if answer["status"] == "error":
                is_sentence(answer["error"])
        return [answer["status"] for answer in answers]

    return wait_for(
        lambda: (now := states()) and set(now) <= {"completed", "error"} and now, "their ends", 180
    )


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in ODD.items()])
def test_an_odd_photo_is_completed(target: RunningServer, throw: Throw, make: Make) -> None:
    accepted = throw(make())

    assert accepted.status_code == 200, accepted.text
    assert ended(target, [accepted.json()["job_id"]]) == ["completed"]


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in BAD.items()])
def test_a_bad_file_is_refused_or_its_job_ends(target: RunningServer, throw: Throw, make: Make) -> None:
    answer = throw(make())

    if answer.status_code == 200:
        assert ended(target, [answer.json()["job_id"]])


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_photo_of_which_a_part_came_is_never_taken_for_whole(
    target: RunningServer, throw: Throw, format_name: str
) -> None:
    answers = [throw(content) for content in cut_off(format_name)]

    accepted = [answer.json()["job_id"] for answer in answers if answer.status_code == 200]
    assert answers[0].status_code == 422
    # A TIFF or HEIF that lacks only data after its first picture is complete.
    assert not accepted or ended(target, accepted)[0] == "error"


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_photo_with_flipped_bytes_is_refused_or_its_job_ends(
    target: RunningServer, throw: Throw, format_name: str
) -> None:
    answers = [throw(content) for seed in range(4) for content in broken_at_random(format_name, 12, seed)]

    ended(target, [answer.json()["job_id"] for answer in answers if answer.status_code == 200])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("reef.svg", "image/svg+xml"),
        ("reef.exe", "application/x-msdownload"),
        ("reef.png", "text/html; charset=utf-7"),
        ("../../etc/passwd", "image/jpeg"),
        ("reef.jpg\0.sh", "image/jpeg"),
        ('"; rm -rf ~; ".jpg', "a/b"),
        ("", "image/jpeg"),
    ],
)
def test_what_a_client_calls_its_file_changes_nothing(target: RunningServer, name: str, kind: str) -> None:
    files = {"image": (name, encoded(reef(50, 40), "PNG"), kind)}

    answer = target.client.post("/V1/api/classify", files=files)

    assert answer.status_code == 200


def test_what_is_served_is_our_own_picture_never_an_uploaded_byte(target: RunningServer) -> None:
    mark = b"<script>alert('reef')</script>"
    job_id = target.submit(jpeg(60, 50) + mark)
    target.completed(job_id)

    picture = target.client.get(f"/V1/api/result/{job_id}.png")
    whole = target.client.get(f"/V1/api/status/{job_id}")

    assert picture.headers["Content-Type"] == "image/png"
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert mark not in picture.content + whole.content
    assert target.client.get(f"/V1/api/result/{job_id}/photo").status_code == 404

"""Test ?wait= of the status, which answers when the status changes."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import pytest

from tests.reef import jpeg
from tests.server import RunningServer


@pytest.fixture
def phone() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as thread:
        yield thread


def asking(
    phone: ThreadPoolExecutor, server: RunningServer, job_id: int, **headers: str
) -> Future[httpx.Response]:
    return phone.submit(
        server.client.get, f"/V1/api/status/{job_id}?include=&wait=20", headers=headers, timeout=60
    )


def test_who_waits_is_answered_when_the_job_is_done(server: RunningServer, phone: ThreadPoolExecutor) -> None:
    with server.workers_halted():
        job_id = server.submit(jpeg(300, 300))
        asked = asking(phone, server, job_id)

    answer = asked.result(60)

    assert (answer.status_code, answer.json()["status"]) == (200, "completed")


def test_who_has_seen_a_status_is_answered_when_it_is_another(
    server: RunningServer, phone: ThreadPoolExecutor
) -> None:
    with server.workers_halted():
        job_id = server.submit(jpeg(300, 300))
        seen = server.client.get(f"/V1/api/status/{job_id}?include=")
        asked = asking(phone, server, job_id, **{"If-None-Match": seen.headers["ETag"]})

    answer = asked.result(60)

    assert answer.status_code == 200
    assert answer.json()["completed_chunks"] > 0
    server.completed(job_id)


def test_without_news_the_wait_ends_in_a_304(server: RunningServer) -> None:
    with server.workers_halted():
        job_id = server.submit(jpeg(300, 300))
        seen = server.client.get(f"/V1/api/status/{job_id}?include=")

        again = server.client.get(
            f"/V1/api/status/{job_id}?include=&wait=0.3", headers={"If-None-Match": seen.headers["ETag"]}
        )

    assert (again.status_code, again.content) == (304, b"")
    server.completed(job_id)


@pytest.mark.parametrize("wait", ["soon", "-1", "3600", "nan"])
def test_a_wait_that_is_not_possible_is_refused(server: RunningServer, wait: str) -> None:
    refused = server.client.get(f"/V1/api/status/1?wait={wait}")

    assert refused.status_code == 400
    assert "wait" in refused.json()["error"]

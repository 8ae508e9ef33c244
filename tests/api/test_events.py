"""Test GET /V1/api/events, the changes of a job as server-sent events."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

import pytest

from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.queries.watch import Heartbeat, Subscription, changes
from coralchunk.pipeline.steps.submit import submit
from coralchunk.pipeline.stores import Stores
from tests.reef import jpeg
from tests.server import RunningServer


@dataclass(frozen=True)
class Event:
    number: int | None
    name: str
    status: dict[str, object]


@contextmanager
def listening(server: RunningServer, job_id: int, last: str | None = None) -> Iterator[Iterator[Event]]:
    headers = {} if last is None else {"Last-Event-ID": last}
    with server.client.stream("GET", f"/V1/api/events/{job_id}", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/event-stream"
        lines = answer.iter_lines()
        assert next(lines) == "retry: 1000"
        yield parsed(lines)


def parsed(lines: Iterator[str]) -> Iterator[Event]:
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif fields:
            number = int(fields["id"]) if "id" in fields else None
            yield Event(number, fields["event"], json.loads(fields["data"]))
            fields = {}


def test_a_job_is_told_from_its_place_in_the_queue_to_its_summary(server: RunningServer) -> None:
    with server.workers_halted():
        job_id = server.submit(jpeg(1500, 1500))
        with listening(server, job_id) as events:
            first = next(events)
            for worker in server.workers():
                worker.send(18)
            rest = list(events)

    assert (first.number, first.name, first.status["status"]) == (0, "progress", "queued")
    assert rest[-1].name == "completed"
    assert rest[-1].status["summary"] == server.completed(job_id)["summary"]
    assert "chunks" not in rest[-1].status
    assert all(event.name == "progress" for event in rest[:-1])
    numbers = [event.number for event in (first, *rest)]
    assert numbers == sorted(set(numbers))


def test_what_a_client_has_is_not_sent_again(server: RunningServer) -> None:
    with server.workers_halted():
        job_id = server.submit(jpeg(300, 300))
        with listening(server, job_id) as events:
            seen = next(events)
    server.completed(job_id)

    with listening(server, job_id, str(seen.number)) as events:
        (last,) = events
    again = server.client.get(f"/V1/api/events/{job_id}", headers={"Last-Event-ID": str(last.number)})

    assert last.name == "completed"
    assert (again.status_code, again.content) == (204, b"")


@pytest.mark.parametrize("last", ["", "yesterday", "-1", "9" * 40])
def test_an_id_that_was_never_sent_counts_as_none(server: RunningServer, last: str) -> None:
    job_id = server.submit(jpeg(300, 300))
    server.completed(job_id)

    with listening(server, job_id, last) as events:
        assert [event.name for event in events] == ["completed"]


def test_a_photo_that_cannot_be_judged_ends_in_an_error(server: RunningServer) -> None:
    whole = jpeg(300, 300)
    job_id = server.submit(whole[: len(whole) // 2])

    with listening(server, job_id) as events:
        last = list(events)[-1]

    assert last.name == "error"
    assert "damaged" in str(last.status["error"])


def test_a_job_deleted_in_mid_stream_is_told_to_be_gone(server: RunningServer) -> None:
    with server.workers_halted():
        job_id = server.submit(jpeg(300, 300))
        with listening(server, job_id) as events:
            next(events)
            server.client.delete(f"/V1/api/classify/{job_id}")
            rest = list(events)

    assert [(event.name, event.number) for event in rest] == [("gone", None)]
    assert server.client.get(f"/V1/api/events/{job_id}").status_code == 404


def test_silence_is_broken_and_patience_ends(stores: Stores) -> None:
    job = get_job(stores, submit(stores, BytesIO(jpeg(300, 300)), 1.9e9, ""))

    told = list(changes(stores, job, Subscription(heartbeat_s=0.1, timeout_s=0.25)))

    assert told[0] == job
    assert told[1:]
    assert set(told[1:]) == {Heartbeat()}


def test_a_server_that_stops_lets_its_listeners_go(stores: Stores) -> None:
    job = get_job(stores, submit(stores, BytesIO(jpeg(300, 300)), 1.9e9, ""))
    stores.admission.close(60)

    assert list(changes(stores, job, Subscription())) == [job]

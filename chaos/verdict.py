"""Compare a server after all faults with what the clients remember, and list what is wrong."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx

from chaos.clients import Ledger, Sent
from tests.logs import completions
from tests.server import RunningServer
from tests.waiting import wait_for

_PATIENCE_S: Final = 240.0
_TIDIED_S: Final = 150.0  # the server looks for leftovers once a minute
_AT_REST: Final = ("queued_tasks", "queued_chunks", "oldest_job_seconds")


def everything_wrong(server: RunningServer, ledger: Ledger, expected: dict[str, dict[str, Any]]) -> list[str]:
    """Wait until the server has done all its work, then look at each job, the files and the counters."""
    found = wrong_jobs(server.client, ledger, expected)
    found.extend(finished_twice(server.log.read_text()))
    if not found:
        found.extend(_leftovers(server))
    return found


def wrong_jobs(client: httpx.Client, ledger: Ledger, expected: dict[str, dict[str, Any]]) -> list[str]:
    """Wait until a web has no work left, then look at the answer of each job."""
    try:
        wait_for(lambda: _at_rest(client), "the end of all work", _PATIENCE_S)
    except AssertionError as late:
        return [*ledger.wrong, str(late), client.get("/metrics").text]
    found = list(ledger.wrong)
    for job_id, sent in ledger.jobs.items():
        found.extend(_wrong_with(client, job_id, sent, expected[sent.photo]))
    return found


def _at_rest(client: httpx.Client) -> bool:
    answer = client.get("/metrics")
    return all(f"\ncoralchunk_{name} 0.0\n" in answer.text for name in _AT_REST)


def _wrong_with(client: httpx.Client, job_id: int, sent: Sent, expected: dict[str, Any]) -> Iterator[str]:
    answer = client.get(f"/V1/api/status/{job_id}")
    if answer.status_code == 404 and sent.may_be_deleted:
        return
    if answer.status_code != 200:
        yield f"job {job_id} ({sent.photo}): {answer.status_code} {answer.text}"
        return
    body = answer.json()
    if body["status"] != "completed":
        yield f"job {job_id} ({sent.photo}): {body['status']} {body.get('error', '')} {body['progress']}"
        return
    for part in ("summary", "chunks", "result_image"):
        if body[part] != expected[part]:
            yield f"job {job_id} ({sent.photo}): its {part} differ from those of an undisturbed run"


def finished_twice(log: str) -> Iterator[str]:
    """Yield each job whose photo was completed more than once, by what the workers logged."""
    for job_id, times in completions(log).items():
        if times > 1:
            yield f"job {job_id} was completed {times} times"


def _is_training(folder: Path) -> bool:
    request = folder / "request.json"
    return request.exists() and json.loads(request.read_text()).get("kind") == "training"


def _leftovers(server: RunningServer) -> list[str]:
    """Return the files that belong to no job, or to none that is complete."""

    def strange() -> list[str]:
        found = []
        for folder in (server.data_dir / "jobs").iterdir():
            if not folder.name.isdigit():  # the store's own files
                continue
            if _is_training(folder):  # kept until it expires
                continue
            asked = (f"/V1/api/status/{folder.name}", f"/v0.7/tasks/{folder.name}")
            known = any(server.client.get(path).status_code == 200 for path in asked)
            parts = {path.name for path in folder.iterdir()} if folder.exists() else set()
            if not known or any(name.endswith(".part") for name in parts):
                found.append(f"{folder.name}: {sorted(parts)}")
        return found

    try:
        wait_for(lambda: not strange(), "leftover files being removed", _TIDIED_S)
    except AssertionError:
        return [f"left over: {line}" for line in strange()]
    return []

"""Reduce an HTTP answer to what must be the same before and after a takeover."""

import hashlib
from typing import Any

import httpx


def answers_now(client: httpx.Client, path: str) -> dict[str, Any]:
    """Request a path. Returns it with its answer, as values that JSON can hold."""
    answer = client.get(path)
    kind = answer.headers["Content-Type"].partition(";")[0]
    observed: dict[str, Any] = {"path": path, "status": answer.status_code, "type": kind}
    if "Location" in answer.headers:
        observed["location"] = answer.headers["Location"]
    if kind.endswith("json"):
        observed["json"] = _without_reasons(answer.json()) if answer.content else None
    elif kind.startswith("text/"):
        observed["text"] = answer.text
    else:
        observed["sha256"] = hashlib.sha256(answer.content).hexdigest()
    return observed


def _without_reasons(body: dict[str, Any]) -> dict[str, Any]:
    """Drop a survey's sentences: they are written for each answer, so a later version may reword them."""
    return {name: value for name, value in body.items() if not name.endswith("_reason")}

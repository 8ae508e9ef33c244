"""Read the JSON lines that a server logs."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any


def lines(log: str) -> Iterator[dict[str, Any]]:
    """Yield each line that is a JSON object; other programs log into the same file."""
    for line in log.splitlines():
        try:
            told = json.loads(line)
        except ValueError:  # from another program, or two processes that logged at once
            continue
        if isinstance(told, dict):
            yield told


def completions(log: str) -> Counter[int]:
    """Count how often the photo of each job was completed."""
    return Counter(line["job_id"] for line in lines(log) if line.get("event") == "photo completed")

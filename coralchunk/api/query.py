"""Read the parameters of a request's query."""

from collections.abc import Sequence

from flask import request

from coralchunk.errors.surveys import BadChoice


def requested_choice(name: str, choices: Sequence[str]) -> str:
    """Return which of some values a parameter has; the first one where it is not given. Raises BadChoice."""
    value = request.args.get(name, choices[0])
    if value not in choices:
        raise BadChoice(name, value, choices)
    return value

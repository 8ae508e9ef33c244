"""Test routes that compile what builds their URLs late."""

from typing import Any

import pytest
from werkzeug.routing import Map, Rule

from coralchunk.api.url_rules import UrlRule


@pytest.mark.parametrize(
    ("path", "options", "values"),
    [
        pytest.param("/surveys", {}, {}, id="a plain path"),
        pytest.param("/surveys/<int:survey>/photos/<name>", {}, {"survey": 7, "name": "réef 1"}, id="values"),
        pytest.param("/surveys/<int:survey>", {}, {"survey": 7, "page": 2}, id="a value for the query"),
        pytest.param("/surveys/<int:survey>", {"defaults": {"page": 1}}, {"survey": 7}, id="a default"),
    ],
)
def test_a_url_is_built_as_by_the_framework(path: str, options: Any, values: dict[str, Any]) -> None:
    ours = Map([UrlRule(path, endpoint="page", **options)]).bind("reef.example")
    theirs = Map([Rule(path, endpoint="page", **options)]).bind("reef.example")

    built = [ours.build("page", values, append_unknown=append) for append in (True, False, True)]

    assert built == [theirs.build("page", values, append_unknown=append) for append in (True, False, True)]

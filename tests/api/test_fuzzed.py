"""Test that generated requests get only statuses and bodies that /openapi.json declares."""

from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.server import RunningServer

# Generating requests takes three times as long in a process that is traced; the server still is.
pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

_DEPLOY = "/api/classifier/{classifier_id}/deploy/"
_MAX_REPEATED = 5
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
def test_no_answer_is_undeclared(server: RunningServer, server_token: str, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{server.port}/openapi.json")
    seen: set[tuple[str, int]] = set()
    operations = [result.ok() for result in schema.get_all_operations()]

    for operation in operations:

        @settings(
            # Few of this one are wrong in just one place.
            max_examples=100 if operation.path == _DEPLOY else settings.default.max_examples // 12,
            derandomize=True,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def each(case: Case) -> None:
            if isinstance(case.query, dict):
                case.query.pop("wait", None)  # long polling would only make this wait
                case.query.pop("ids", None)  # with `text`, ids are not as the schemas have them
                for name, value in case.query.items():
                    if isinstance(value, list):  # the HTTP server itself refuses a longer request line
                        case.query[name] = value[:_MAX_REPEATED]
            number = case.path_parameters.get("classifier_id")
            if isinstance(number, int):
                case.path_parameters["classifier_id"] = number % 2  # 1 is there, and 0 is not
            if "token_id" in case.path_parameters:
                case.path_parameters["token_id"] = 10**6  # the token that is sent must not be revoked
            # The first overrides what was made up; the second does not.
            header = "Authorization" if mode is GenerationMode.POSITIVE else "X-API-KEY"
            token = f"Token {server_token}" if header == "Authorization" else server_token
            answer = case.call_and_validate(checks=_CHECKS, timeout=30, headers={header: token})
            seen.add((case.path, answer.status_code))

        # Some operations take nothing that could be wrong.
        with suppress(Unsatisfiable):
            each()

    deploy = {status for path, status in seen if path == _DEPLOY}
    assert len(operations) >= 11
    assert deploy >= ({202, 404} if mode is GenerationMode.POSITIVE else {400, 401, 404})

"""Test `coralchunk user` and `coralchunk token` with a server that uses the same database."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reef import jpeg
from tests.server import COMMAND, RunningServer, environment
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.slow
Ended = subprocess.CompletedProcess[str]


def coralchunk(data_dir: Path, *arguments: str, typed: str = "") -> Ended:
    return subprocess.run(
        [COMMAND, *arguments],
        env=environment(DATA_DIR=str(data_dir)) | {"COLUMNS": "200"},
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_a_user_and_tokens_are_made_before_the_server_has_ever_run(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"

    added = coralchunk(data_dir, "user", "add", "ana", typed="parrotfish\n")
    made = coralchunk(data_dir, "token", "create", "ana", "--name", "survey laptop", "--scope", "read")
    listed = coralchunk(data_dir, "token", "list")
    revoked = coralchunk(data_dir, "token", "revoke", "1")
    again = coralchunk(data_dir, "token", "revoke", "1")

    assert (added.returncode, made.returncode, listed.returncode) == (0, 0, 0), added.stderr
    assert re.fullmatch(r"ck[0-9a-f]{40}\n", made.stdout)
    assert "survey laptop" in listed.stdout
    assert "read" in listed.stdout
    assert made.stdout.strip() not in listed.stdout
    assert (revoked.returncode, again.returncode) == (0, 1)
    assert "no valid token 1" in again.stderr
    assert (data_dir.stat().st_mode & 0o777) == 0o700


def test_users_are_listed_changed_disabled_and_deleted(tmp_path: Path) -> None:
    coralchunk(tmp_path, "user", "add", "ana", typed="parrotfish\n")
    coralchunk(tmp_path, "user", "add", "ben", typed="parrotfish\n")
    coralchunk(tmp_path, "token", "create", "ana", "--days", "30")

    changed = coralchunk(tmp_path, "user", "password", "ana", typed="surgeonfish\n")
    disabled = coralchunk(tmp_path, "user", "disable", "ana")
    listed = coralchunk(tmp_path, "user", "list").stdout
    enabled = coralchunk(tmp_path, "user", "enable", "ana")
    kept = coralchunk(tmp_path, "user", "delete", "ben", typed="n\n")
    deleted = coralchunk(tmp_path, "user", "delete", "ben", "--yes")
    expiring = coralchunk(tmp_path, "token", "list").stdout

    assert [ended.returncode for ended in (changed, disabled, enabled, kept, deleted)] == [0, 0, 0, 1, 0]
    (ana,) = [line for line in listed.splitlines() if "ana" in line]
    assert re.findall(r"20\d\d-\d\d-\d\d", ana) != []
    assert "ben" in listed
    assert "ben" not in coralchunk(tmp_path, "user", "list").stdout
    assert len(re.findall(r"20\d\d-\d\d-\d\d \d\d:\d\d", expiring)) == 2  # created, expires


@pytest.mark.parametrize(
    ("arguments", "typed", "says"),
    [
        pytest.param(("user", "add", "ana"), "short\n", "8 to 1024 characters", id="a short password"),
        pytest.param(("user", "add", "two words"), "parrotfish\n", "letters, digits", id="no name"),
        pytest.param(("token", "create", "ben"), "", "There is no user 'ben'", id="a token of nobody"),
        pytest.param(("token", "create", "ben", "--scope", "all"), "", "'classify'", id="no scope"),
        pytest.param(("token", "create", "ben", "--days", "0"), "", "1<=x<=36500", id="no time at all"),
        pytest.param(("user", "disable", "ben"), "", "There is no user 'ben'", id="disabling nobody"),
        pytest.param(("user", "delete", "ben", "--yes"), "", "There is no user 'ben'", id="deleting nobody"),
    ],
)
def test_what_cannot_be_done_is_told_in_words(
    tmp_path: Path, arguments: tuple[str, ...], typed: str, says: str
) -> None:
    ended = coralchunk(tmp_path, *arguments, typed=typed)

    assert ended.returncode != 0
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.slow
def test_a_running_server_believes_a_new_token_at_once_and_a_revoked_one_no_more(
    own_server: Callable[..., RunningServer],
) -> None:
    server = own_server(V1_REQUIRE_TOKEN="1", WORKERS="1")  # noqa: S106 - a switch
    coralchunk(server.data_dir, "user", "add", "ana", typed="parrotfish\n")
    token = coralchunk(server.data_dir, "token", "create", "ana").stdout.strip()
    stranger = server.client.post("/V1/api/classify", files={"image": jpeg(300, 300)}).status_code

    server.client.headers["Authorization"] = f"Token {token}"
    done = server.completed(server.submit(jpeg(300, 300)))
    listed = coralchunk(server.data_dir, "token", "list").stdout
    coralchunk(server.data_dir, "token", "revoke", "1")
    revoked = server.client.get("/V1/api/status/1").status_code

    assert (stranger, done["status"], revoked) == (401, "completed", 401)
    assert listed.count("+00:00") == 2  # created, last used

"""Test that a backup of a running server can be restored into another one."""

import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest

from coralchunk.config import Settings
from coralchunk.errors.setup import BadSetup
from coralchunk.storage.objects.folder_store import FolderStore
from coralchunk.supervisor.backup import back_up, restore
from tests.reef import jpeg
from tests.server import COMMAND, RunningServer, environment
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.slow


@pytest.fixture
def another_server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server on a data folder of its own, not yet started."""
    running = RunningServer(tmp_path / "another", WORKERS="1", WEB_WORKERS="1")
    yield running
    running.destroy()


def refused(settings: dict[str, str], *arguments: str) -> str:
    ended = subprocess.run(
        [COMMAND, *arguments],
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_a_backup_of_a_running_server_is_restored_into_another(
    own_server: Callable[..., RunningServer], another_server: RunningServer, tmp_path: Path
) -> None:
    server, file = own_server(WORKERS="1", WEB_WORKERS="1"), str(tmp_path / "backup.tar")
    done = server.submit(jpeg(500, 400))
    before = server.completed(done)
    server.command("user", "add", "ana", typed="parrotfish\n")
    survey = {"name": "Transect 4", "site": "Lagoon", "date": "2026-05-04"}
    survey_id = server.client.post("/V1/api/surveys", json=survey).json()["survey_id"]
    with server.workers_halted():
        waiting = server.submit(jpeg(900, 700))
        server.command("backup", file)
    picture = server.client.get(f"/V1/api/result/{done}.png").content
    after_the_backup = server.submit(jpeg(300, 200))

    another_server.command("restore", file)
    holds_data = refused(another_server.settings, "restore", file)
    another_server.start()

    assert another_server.status(done) == before
    assert another_server.client.get(f"/V1/api/result/{done}.png").content == picture
    assert another_server.completed(waiting)["total_chunks"] == 12
    assert another_server.client.get(f"/V1/api/surveys/{survey_id}").json()["name"] == "Transect 4"
    assert "ana" in another_server.command("user", "list")
    assert another_server.client.get(f"/V1/api/status/{after_the_backup}").status_code == 404
    assert "already holds data" in holds_data


def test_a_backup_that_ends_early_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    whole, cut = tmp_path / "backup.tar", tmp_path / "cut.tar"
    store = FolderStore(tmp_path / "data" / "jobs")
    for job_id in range(3):
        store.write(f"{job_id}/photo", BytesIO(jpeg(300, 200, seed=job_id)))
    settings = Settings(data_dir=tmp_path / "data")
    with whole.open("wb") as target:
        assert back_up(settings, target) == 3
    with tarfile.open(whole) as archive:
        second, records = archive.getmembers()[2], archive.getmember("records.jsonl")

    for size in (second.offset, second.offset + 100, second.offset_data + 100, records.offset):
        cut.write_bytes(whole.read_bytes()[:size])
        with cut.open("rb") as source, pytest.raises(BadSetup, match="The backup is incomplete"):
            restore(Settings(data_dir=tmp_path / f"cut at {size}"), source)


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "reef.jpg").write_bytes(jpeg(300, 200))

    said = refused({"DATA_DIR": str(tmp_path / "data")}, "restore", str(tmp_path / "reef.jpg"))

    assert "not a backup of coralchunk" in said


def test_a_backup_that_does_not_fit_ends_with_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "data" / "jobs")
    store.write("7/photo", BytesIO(bytes(3_000_000)))
    limit = 2_000_000  # bytes of a file that this process may write
    script = "import resource, sys; from coralchunk.cli.main import main\n" + (
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); main(sys.argv[1:])"
    )
    too_large = subprocess.run(
        [sys.executable, "-c", script, "backup", str(tmp_path / "backup.tar")],
        env=environment(DATA_DIR=str(tmp_path / "data")),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert too_large.stderr.splitlines()[-1] == "Error: A file cannot be written: File too large."
    assert "Traceback" not in too_large.stderr
    assert not list(tmp_path.glob("backup.tar*"))
    nowhere = str(tmp_path / "none" / "backup.tar")
    assert f"There is no folder {tmp_path / 'none'}." in refused({}, "backup", nowhere)


def test_a_database_elsewhere_is_not_part_of_a_backup(tmp_path: Path) -> None:
    settings = {"DATA_DIR": str(tmp_path / "data"), "DATABASE_URL": "postgresql://db.example/reef"}

    assert "pg_dump" in refused(settings, "backup", str(tmp_path / "backup.tar"))
    assert not (tmp_path / "backup.tar.part").exists()

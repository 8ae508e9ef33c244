"""Record the data folder of a killed server, and its answers, for test_takeover.py.

Run it by hand, from the root of a checkout of the version to be recorded, with this folder copied into it:

    unshare --uts sh -c 'hostname reef && exec .venv/bin/python -m tests.takeover.write_data_folder 0.3.0'

Redis stores the host's name with those of its workers; `unshare` keeps the name of yours out of the archive.
The script writes data-<name>.tar.gz and data-<name>.json next to this file. Never record a released version
again: the archive represents the folders that its users have.

The archive holds photos/, which the host of host.py serves, and data/. Left out of data/ is what the server
creates when it needs it: the lock, Redis' log and socket, SQLite's shared memory, and what was cut out of
photos for corrections (corrections/ has it too). Two things differ from a folder as users have it:

- Results are kept for 100 years, and the Idempotency-Keys, which last a day, are made to last as long.
  Everything else that expires has expired when the tests run. The last are the heartbeats of the recorded
  workers: run the tests no earlier than eight minutes after you have recorded a folder.
- Redis has rewritten its file as plain commands, so that every version of Redis and Valkey can read it.
"""

import json
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path, PurePath
from signal import SIGKILL, SIGSTOP
from typing import Any

import cv2

from tests.reef import encoded, reef
from tests.server import RunningServer
from tests.takeover.answers import answers_now
from tests.takeover.host import ADDRESS, PORT, PhotoHost, serving
from tests.takeover.recording import Recording
from tests.waiting import wait_for

HERE = Path(__file__).parent
LONG_S = 100 * 365 * 86_400
FILES = ("coralchunk.db", "coralchunk.db-wal", "jobs", "corrections", "redis/appendonlydir")
PHOTOS = ("near.jpg", "far.jpg", "deep.jpg", "flat.jpg", "last.jpg", "other.jpg")
HELD = frozenset({"far.jpg", "deep.jpg"})


def main(name: str) -> None:
    """Record this checkout under a name."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "photos").mkdir()
        for seed, photo in enumerate(PHOTOS):
            (place / "photos" / photo).write_bytes(drawn(500, 500, 20 + seed))
        with serving(place / "photos", HELD) as host:
            expected = record(place, host)
        (HERE / f"data-{name}.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")
        pack(place, HERE / f"data-{name}.tar.gz")


def drawn(width: int, height: int, seed: int, format_name: str = "JPEG") -> bytes:
    """Draw a photo that takes few bytes: a reef without its grain."""
    smooth = cv2.GaussianBlur(reef(width, height, seed), (0, 0), 8)
    return encoded(smooth, format_name, **({"quality": 50} if format_name == "JPEG" else {}))


def record(place: Path, host: PhotoHost) -> dict[str, Any]:
    """Fill a data folder and kill its server. Returns what the tests compare with."""
    server = RunningServer(
        place / "data",
        WORKERS="3",
        RESULT_TTL=str(LONG_S),
        RESULT_MAX_SIDE="320",
        FETCH_URLS="1",
        FETCH_ALLOW=f"{ADDRESS}:{PORT}",
        FETCH_PARALLEL="2",
        V1_REQUIRE_TOKEN="1",  # noqa: S106 - no password
    )
    try:
        server.start()
        recording = Recording(server, place / "photos", drawn)
        recording.accounts()
        recording.owned()
        server.stop()
        del server.settings["V1_REQUIRE_TOKEN"]
        server.start()
        recording.finished()
        recording.surveys_and_corrections()
        answers = [answers_now(server.client, path) for path in recording.paths]
        recording.deploy_in_work(host)
        halt_supervisor(server)
        recording.photos_in_work()
        recording.waiting()
        kill(server, recording)
    finally:
        server.destroy()
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True)  # noqa: S607
    return {"recorded_commit": commit.stdout.strip(), "answers": answers, **recording.expected}


def halt_supervisor(server: RunningServer) -> None:
    """Halt the process that would put the tasks of halted workers back."""
    (supervisor,) = server.processes("coralchunk serve")
    supervisor.send(SIGSTOP)


def kill(server: RunningServer, recording: Recording) -> None:
    """Have Redis rewrite its file, then kill all processes."""
    folder = server.data_dir / "redis" / "appendonlydir"
    with recording.redis() as redis:
        for key in redis.scan_iter("coralchunk:idempotency:*"):
            redis.expireat(key, int(time.time()) + LONG_S)
        redis.config_set("aof-use-rdb-preamble", "no")
        redis.bgrewriteaof()
        wait_for((folder / "appendonly.aof.2.base.aof").exists, "the rewritten file")
        wait_for(lambda: len(list(folder.iterdir())) == 3, "the removal of the old files")
    for process in server.processes():
        process.send(SIGKILL)
    wait_for(lambda: not server.processes(), "the end of the server")


def pack(place: Path, target: Path) -> None:
    """Put what the tests need into an archive, without the names of this machine's users."""
    with tarfile.open(target, "w:gz", compresslevel=9) as archive:
        for name in ("photos", *(f"data/{name}" for name in FILES)):
            archive.add(place / name, name, filter=_wanted)


def _wanted(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    path = PurePath(entry.name)
    if "jobs" in path.parts and (path.match("window-*.png") or path.match("context.png")):
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    main(sys.argv[1])

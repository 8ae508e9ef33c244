"""Test the command line as it is called in a shell."""

import csv
import errno
import json
import pkgutil
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from coralchunk import __version__
from coralchunk.cli.commands import commands
from coralchunk.config import Settings
from coralchunk.storage.model_repository import open_model_repository
from coralchunk.terms import CHUNK_PX
from tests.imaging.test_georeference import geotiff
from tests.reef import encoded, jpeg, reef
from tests.server import COMMAND, RunningServer, environment
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.slow
Ended = subprocess.CompletedProcess[str]


def coralchunk(*arguments: object, folder: Path, redis_url: str | None = None, **settings: str) -> Ended:
    """Run a command in a folder."""
    variables = environment(**settings) | ({"REDIS_URL": redis_url} if redis_url else {})
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S * 2,
        check=False,
    )


def test_help_names_every_command(tmp_path: Path) -> None:
    said = coralchunk("--help", folder=tmp_path)

    assert said.returncode == 0
    for command in (
        "serve",
        "worker",
        "classify",
        "models",
        "doctor",
        "jobs",
        "evaluate",
        "label",
        "token",
        "user",
    ):
        assert f"\n  {command} " in said.stdout


def test_the_version_is_told(tmp_path: Path) -> None:
    assert __version__ in coralchunk("--version", folder=tmp_path).stdout


@pytest.fixture(scope="module")
def classified(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """Three files to classify, one of which is not a photo."""
    folder = tmp_path_factory.mktemp("dive")
    (folder / "reef one.jpg").write_bytes(jpeg(700, 500))
    (folder / "log.jpg").write_text("not a photo")
    (folder / "two.png").write_bytes(encoded(reef(100, 100), "PNG"))
    ended = coralchunk("classify", "reef one.jpg", "log.jpg", "two.png", "-o", "maps", folder=folder)
    return folder / "maps", ended


def test_classify_writes_a_picture_and_a_json_for_each_photo(classified: tuple[Path, Ended]) -> None:
    maps, _ = classified

    answer = json.loads((maps / "0001-reef one.json").read_bytes())
    with Image.open(BytesIO((maps / "0001-reef one.png").read_bytes())) as picture:
        assert (picture.format, picture.size) == ("PNG", (700, 500))
    assert len(answer["chunks"]) == answer["summary"]["total_chunks"] == 9
    assert {path.suffix for path in maps.iterdir()} == {".png", ".json", ".csv"}


def test_one_bad_photo_does_not_stop_the_others_and_is_told(classified: tuple[Path, Ended]) -> None:
    maps, ended = classified

    assert ended.returncode == 1
    assert "2 of 3 photos classified" in ended.stdout
    assert "log.jpg: This file is not a photo" in ended.stderr
    assert (maps / "0003-two.png").exists()


def test_the_table_has_one_row_a_photo(classified: tuple[Path, Ended]) -> None:
    maps, _ = classified

    with (maps / "summary.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    assert [row["photo"] for row in rows] == ["reef one.jpg", "log.jpg", "two.png"]
    assert [row["total_chunks"] for row in rows] == ["9", "", "1"]
    assert [bool(row["error"]) for row in rows] == [False, True, False]


def test_a_photo_that_is_not_there_is_told_before_anything_is_done(tmp_path: Path) -> None:
    ended = coralchunk("classify", "nowhere.jpg", folder=tmp_path)

    assert ended.returncode == 2
    assert "nowhere.jpg" in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_classify_takes_folders_and_patterns(tmp_path: Path) -> None:
    dive = tmp_path / "dive"
    for name in ("b.JPG", "deep/a.jpg", ".trash/old.jpg", "maps/0001-b.png", "log.txt"):
        (dive / name).parent.mkdir(parents=True, exist_ok=True)
        (dive / name).write_bytes(jpeg(60, 50))

    ended = coralchunk("classify", "dive", "dive/d*/*.jpg", "dive/b.JPG", "-o", "dive/maps", folder=tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert "2 of 2 photos classified" in ended.stdout
    assert "Left out in folders, as no photos by their names: 1 files" in ended.stdout
    with (dive / "maps" / "summary.csv").open(newline="") as file:
        assert [row["photo"] for row in csv.DictReader(file)] == ["dive/b.JPG", "dive/deep/a.jpg"]


@pytest.mark.parametrize(
    ("argument", "said"),
    [("empty", "the folder 'empty' holds no photo"), ("*.jpg", "called '*.jpg'")],
)
def test_a_folder_or_pattern_without_photos_is_told(tmp_path: Path, argument: str, said: str) -> None:
    (tmp_path / "empty").mkdir()

    ended = coralchunk("classify", argument, folder=tmp_path)

    assert ended.returncode == 2
    assert said in ended.stderr


def test_doctor_finds_a_good_set_up_good(tmp_path: Path) -> None:
    ended = coralchunk("doctor", folder=tmp_path)

    assert ended.returncode == 0
    assert "MISSING" not in ended.stdout
    assert ended.stdout.count("  ok  ") >= 5


def test_doctor_asks_the_redis_that_is_set(tmp_path: Path, redis_url: str) -> None:
    ended = coralchunk("doctor", folder=tmp_path, redis_url=redis_url)

    assert ended.returncode == 0
    assert "REDIS_URL answers" in ended.stdout


def test_doctor_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("a file where the folder should be")

    ended = coralchunk(
        "doctor",
        folder=tmp_path,
        redis_url="redis://127.0.0.1:1/0",
        MODEL="reef-9.9.9",
        DATA_DIR=str(tmp_path),
    )

    assert ended.returncode == 1
    assert ended.stdout.count("MISSING") == 3


def test_models_are_listed_and_the_one_in_use_is_marked(tmp_path: Path) -> None:
    ended = coralchunk("models", "list", folder=tmp_path)

    marked = [line for line in ended.stdout.splitlines() if line.startswith("* ")]
    assert ended.returncode == 0
    assert len(marked) == 1
    assert "bundled" in marked[0]


def test_models_are_verified(tmp_path: Path) -> None:
    assert "ok  coralchunk-" in coralchunk("models", "verify", folder=tmp_path).stdout
    assert coralchunk("models", "verify", "reef-9.9.9", folder=tmp_path).returncode == 1


@pytest.mark.parametrize(
    "source", ["nowhere.onnx", "http://models.example/reef.onnx", "https://127.0.0.1:1/reef.onnx"]
)
def test_a_model_that_cannot_be_had_is_refused_in_one_line(tmp_path: Path, source: str) -> None:
    ended = coralchunk("models", "install", source, folder=tmp_path)

    errors = [line for line in ended.stderr.splitlines() if line.startswith("Error")]
    assert ended.returncode == 1
    assert len(errors) == 1
    assert source in errors[0]


def test_an_installed_model_can_be_used(tmp_path: Path) -> None:
    bundled = sorted((Path(__file__).parents[2] / "models").glob("*.onnx"))[-1]
    manifest = json.loads(bundled.with_suffix(".json").read_text()) | {"name": "my-reef", "version": "2.0.0"}
    (tmp_path / "mine.onnx").write_bytes(bundled.read_bytes())
    (tmp_path / "mine.json").write_text(json.dumps(manifest))
    (tmp_path / "reef.jpg").write_bytes(jpeg(100, 100))

    installed = coralchunk("models", "install", "mine.onnx", folder=tmp_path)
    coralchunk("classify", "reef.jpg", "-o", "maps", folder=tmp_path, MODEL="my-reef-2.0.0")

    assert "Installed my-reef-2.0.0" in installed.stdout
    answer = json.loads((tmp_path / "maps" / "0001-reef.json").read_text())
    assert answer["summary"]["model"]["name"] == "my-reef"


def test_what_is_wrong_with_a_model_is_said_and_it_is_not_installed(tmp_path: Path) -> None:
    bundled = sorted((Path(__file__).parents[2] / "models").glob("*.onnx"))[-1]
    manifest = json.loads(bundled.with_suffix(".json").read_text()) | {"name": "my-reef", "sha256": "0" * 64}
    manifest["preprocessing"] |= {"input_px": 224}
    (tmp_path / "mine.onnx").write_bytes(bundled.read_bytes())
    (tmp_path / "mine.json").write_text(json.dumps(manifest))

    checked, installed = (
        coralchunk("models", verb, "mine.onnx", folder=tmp_path) for verb in ("check", "install")
    )

    for ended in (checked, installed):
        assert ended.returncode == 1
        assert "sha256: it is 000" in ended.stderr
        assert "must be N x 224 x 224 x 3" in ended.stderr
        assert "Traceback" not in ended.stderr
    assert not (tmp_path / "data" / "models").exists()


@pytest.fixture
def jobs(server: RunningServer) -> Callable[..., Ended]:
    return lambda *arguments: coralchunk(
        "jobs", *arguments, folder=server.data_dir.parent, DATA_DIR=str(server.data_dir)
    )


def test_jobs_of_a_running_server_are_listed_shown_tried_again_and_cancelled(
    server: RunningServer, jobs: Callable[..., Ended]
) -> None:
    job_id = server.submit(jpeg(300, 300))
    server.completed(job_id)

    listed, shown = jobs("list", "--state", "completed"), jobs("show", job_id)
    again = jobs("retry", job_id)
    server.completed(job_id)
    cancelled, gone = jobs("cancel", job_id), jobs("show", job_id)

    assert str(job_id) in listed.stdout
    assert "4 of 4" in shown.stdout
    assert (again.returncode, cancelled.returncode, gone.returncode) == (0, 0, 1)
    assert f"No job {job_id}" in gone.stderr


def test_a_model_is_evaluated_on_a_folder_of_class_folders(tmp_path: Path) -> None:
    for number, name in enumerate(("bleached", "healthy", "not_coral")):
        (tmp_path / "reef" / name).mkdir(parents=True)
        (tmp_path / "reef" / name / "patch.jpg").write_bytes(jpeg(120, 100, number))

    ended = coralchunk("evaluate", "reef", "-o", "found", folder=tmp_path)

    found = json.loads((tmp_path / "found" / "evaluation.json").read_text())
    assert ended.returncode == 0, ended.stderr
    assert found["squares"] == 3
    assert sum(map(sum, found["confusion"])) == 3
    assert (tmp_path / "found" / "confusion.png").exists()


def test_a_model_is_evaluated_on_a_table_of_squares(tmp_path: Path) -> None:
    (tmp_path / "reef.jpg").write_bytes(jpeg(500, 300))
    (tmp_path / "squares.csv").write_text(
        "photo,tile_px,row,col,label\nreef.jpg,100,0,0,bleached\nreef.jpg,100,1,2,healthy\nreef.jpg,100,0,1,unsure\n"
    )

    ended = coralchunk("evaluate", "squares.csv", folder=tmp_path)

    assert ended.returncode == 0, ended.stderr
    assert "2 squares of 1" in ended.stdout


def test_a_model_is_evaluated_on_the_table_of_the_labelling_page(tmp_path: Path) -> None:
    (tmp_path / "reef.png").write_bytes(encoded(reef(2 * CHUNK_PX, 2 * CHUNK_PX), "PNG"))
    (tmp_path / "labels.csv").write_text("photo,columns,tiles\nreef.png,2,BHU-\n")
    (tmp_path / "odd.csv").write_text("photo,columns,tiles\nreef.png,two,BH\n")

    ended, refused = (coralchunk("evaluate", name, folder=tmp_path) for name in ("labels.csv", "odd.csv"))

    assert ended.returncode == 0, ended.stderr
    assert "2 squares of 1" in ended.stdout
    assert refused.returncode != 0
    assert "odd.csv line 2" in refused.stderr


def test_chunks_are_evaluated_as_the_server_answers_them(tmp_path: Path) -> None:
    (tmp_path / "reef.png").write_bytes(encoded(reef(4 * CHUNK_PX, 3 * CHUNK_PX), "PNG"))
    rows = [f"reef.png,{CHUNK_PX},{row},{column},healthy" for row in range(3) for column in range(4)]
    (tmp_path / "chunks.csv").write_text("\n".join(["photo,tile_px,row,col,label", *rows]) + "\n")

    evaluated = coralchunk("evaluate", "chunks.csv", "-o", "found", folder=tmp_path)
    answered = coralchunk("classify", "reef.png", "-o", "maps", folder=tmp_path)

    assert (evaluated.returncode, answered.returncode) == (0, 0), evaluated.stderr + answered.stderr
    found = json.loads((tmp_path / "found" / "evaluation.json").read_text())
    (answer,) = (tmp_path / "maps").glob("*.json")
    said = [list(chunk["probabilities"].values()) for chunk in json.loads(answer.read_text())["chunks"]]
    assert found["confusion"][1] == np.bincount(np.argmax(said, axis=1), minlength=3).tolist()
    repository = open_model_repository(Settings())
    unsure_below = repository.manifest(repository.find()).thresholds.unsure_below
    sure = np.mean([max(one) >= unsure_below for one in said])
    assert found["unsure_share"] == pytest.approx(1 - sure, abs=1e-3)


def clear_png(width: int, height: int, seen: int) -> bytes:
    """A reef of which only some columns at the left were seen."""
    pixels = np.dstack([reef(width, height), np.zeros((height, width), np.uint8)])
    pixels[:, :seen, 3] = 255
    return encoded(pixels, "PNG")


def test_squares_that_are_empty_in_the_photo_are_not_counted(tmp_path: Path) -> None:
    (tmp_path / "reef.png").write_bytes(clear_png(500, 300, 240))
    head = "photo,tile_px,row,col,label\n"
    (tmp_path / "squares.csv").write_text(
        f"{head}reef.png,100,0,0,bleached\nreef.png,100,1,4,healthy\nreef.png,100,0,1,healthy\n"
    )
    (tmp_path / "empty.csv").write_text(f"{head}reef.png,100,1,4,healthy\n")

    counted = coralchunk("evaluate", "squares.csv", folder=tmp_path)
    nothing = coralchunk("evaluate", "empty.csv", folder=tmp_path)

    assert "2 squares of 1" in counted.stdout
    assert nothing.returncode != 0
    assert "empty" in nothing.stderr


def test_classify_lays_a_geotiff_on_its_map(tmp_path: Path) -> None:
    (tmp_path / "mosaic.tif").write_bytes(geotiff(reef(250, 250)))
    (tmp_path / "reef.jpg").write_bytes(jpeg(60, 50))

    ended = coralchunk("classify", "mosaic.tif", "reef.jpg", folder=tmp_path)

    assert ended.returncode == 0, ended.stderr
    results = tmp_path / "coralchunk-results"
    layer = json.loads((results / "0001-mosaic.geojson").read_text())
    assert len(layer["features"]) == 4
    assert (results / "0001-mosaic.pgw").read_text().splitlines()[0] == "0.005"
    assert not list(results.glob("0002*.pgw"))


def test_classify_tells_of_chunks_without_data(tmp_path: Path) -> None:
    (tmp_path / "half.png").write_bytes(clear_png(488, 244, 244))
    (tmp_path / "clear.png").write_bytes(clear_png(244, 244, 0))

    ended = coralchunk("classify", "half.png", "clear.png", folder=tmp_path)

    assert ended.returncode == 0, ended.stderr
    with (tmp_path / "coralchunk-results" / "summary.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["no_data_chunks"], row["total_chunks"]) for row in rows] == [("1", "2"), ("1", "1")]


@pytest.mark.parametrize(
    "table",
    [
        pytest.param("photo,label\nreef.jpg,bleached\n", id="columns missing"),
        pytest.param("photo,tile_px,row,col,label\nreef.jpg,x,0,0,bleached\n", id="no number"),
        pytest.param("photo,tile_px,row,col,label\nreef.jpg,0,0,0,bleached\n", id="no size"),
        pytest.param("photo,tile_px,row,col,label\nreef.jpg,100,9,9,bleached\n", id="outside the photo"),
        pytest.param("photo,tile_px,row,col,label\n", id="no square"),
    ],
)
def test_labels_that_cannot_be_used_are_refused_in_one_line(tmp_path: Path, table: str) -> None:
    (tmp_path / "reef.jpg").write_bytes(jpeg(500, 300))
    (tmp_path / "squares.csv").write_text(table)

    ended = coralchunk("evaluate", "squares.csv", folder=tmp_path)

    assert ended.returncode == 1
    assert "squares.csv" in ended.stderr or "reef.jpg" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_file_that_may_not_be_opened_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def refused() -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "/srv/coralchunk/accounts.db")

    monkeypatch.setattr(pkgutil, "resolve_name", lambda _: refused)

    said = CliRunner().invoke(commands, ["sweep"])

    assert said.exit_code == 1
    assert said.stderr == (
        "Error: /srv/coralchunk/accounts.db may not be opened: Permission denied."
        " Run the command as the user who owns it.\n"
    )

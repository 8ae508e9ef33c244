"""Test that corrections are kept with what the model saw, outlive the job, and are read by training."""

import csv
import json
import shutil
import subprocess
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coralchunk.config import Settings
from coralchunk.imaging.decoding.decode import decode, open_photo
from coralchunk.imaging.grid import grid
from coralchunk.pipeline.worker.classifier_cache import load_classifier
from coralchunk.pipeline.worker.network_cache import network_limits
from coralchunk.storage.labelled import read_labels
from coralchunk.storage.model_repository import open_model_repository
from research.dataset import gather, table
from research.pixels import read_photo, window
from research.table import DRAWN
from tests.reef import encoded, reef
from tests.server import COMMAND, RunningServer, environment

PHOTO = reef(900, 600, seed=77)


@pytest.fixture(scope="module")
def job(server: RunningServer) -> int:
    job_id = server.submit(encoded(PHOTO, "PNG"), "reef.png")
    server.completed(job_id)
    return job_id


def correct(server: RunningServer, job_id: int, chunk: int, label: str, **more: str) -> dict[str, Any]:
    answer = server.client.put(
        f"/V1/api/classify/{job_id}/chunks/{chunk}/correction", json={"label": label, **more}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def listed(server: RunningServer, job_id: int) -> list[dict[str, Any]]:
    return server.client.get(f"/V1/api/classify/{job_id}/corrections").json()["corrections"]


def kept(server: RunningServer) -> set[Path]:
    return {path for path in (server.data_dir / "corrections").rglob("*") if path.is_file()}


def test_a_correction_says_who_when_and_what_the_model_had_said(server: RunningServer, job: int) -> None:
    status = server.status(job, "summary,chunks")

    told = correct(server, job, 2, "Healthy Coral", by="Ana")

    assert (told["chunk"], told["label"], told["by"]) == (2, "Healthy Coral", "Ana")
    assert told["said"] == status["chunks"][2]["predicted_label"]
    assert told["probabilities"] == status["chunks"][2]["probabilities"]
    assert told["model"] == status["summary"]["model"]
    assert told["corrected_at"] > 1.7e9
    assert told in listed(server, job)
    assert server.status(job, "summary,chunks") == status


def test_the_last_word_counts(server: RunningServer, job: int) -> None:
    correct(server, job, 3, "Healthy Coral")
    correct(server, job, 3, "Unsure")

    (only,) = [one for one in listed(server, job) if one["chunk"] == 3]

    assert (only["label"], only["by"]) == ("Unsure", None)


@pytest.fixture
def corrected(server: RunningServer) -> Iterator[tuple[int, dict[str, Any]]]:
    """A job whose chunks all have corrections, half of them to bleached; and its status."""
    job_id = server.submit(encoded(PHOTO, "PNG"), "reef.png")
    server.completed(job_id)
    status = server.status(job_id, "summary,chunks")
    numbers = range(len(status["chunks"]))
    for number in numbers:
        label = "Bleached Coral" if number < len(numbers) // 2 else "Healthy Coral"
        correct(server, job_id, number, label, by="=Ana")
    yield job_id, status
    for number in numbers:
        server.client.delete(f"/V1/api/classify/{job_id}/chunks/{number}/correction")


def figures_of(server: RunningServer, job_id: int) -> Any:
    return server.client.get(f"/V1/api/classify/{job_id}/corrections").json()["figures"]


def test_figures_with_corrections_stand_beside_those_of_the_model(
    server: RunningServer, corrected: tuple[int, dict[str, Any]]
) -> None:
    job_id, status = corrected
    chunks = status["chunks"]

    figures = figures_of(server, job_id)

    pale = sum(chunk["seen_px"] for chunk in chunks[: len(chunks) // 2])
    assert (figures["coral_cover"], figures["bleached_chunks"]) == (1, len(chunks) // 2)
    assert figures["bleached_cover"] == pytest.approx(pale / sum(one["seen_px"] for one in chunks), abs=1e-4)
    rows = list(csv.DictReader(StringIO(server.client.get(f"/V1/api/result/{job_id}.csv").text)))
    assert [row["predicted_label"] for row in rows] == [one["predicted_label"] for one in chunks]
    assert {row["by"] for row in rows} == {"'=Ana"}
    assert [row["label"] == "Bleached Coral" for row in rows] == [
        n < len(chunks) // 2 for n in range(len(rows))
    ]
    assert all(row["corrected_label"] == row["label"] and row["at"].endswith("+00:00") for row in rows)


def test_a_survey_counts_with_and_without_corrections(
    server: RunningServer, corrected: tuple[int, dict[str, Any]]
) -> None:
    job_id, status = corrected
    made = server.client.post("/V1/api/surveys", json={"name": "F", "date": "2024-03-09"}).json()
    path = f"/V1/api/surveys/{made['survey_id']}"

    added = server.client.post(f"{path}/photos", json={"job_id": job_id}).json()

    figures = figures_of(server, job_id)
    survey = server.client.get(path).json()
    (row,) = csv.DictReader(StringIO(server.client.get(f"{path}.csv").text))
    assert (added["corrections"], added["corrected"]) == (len(status["chunks"]), figures)
    assert survey["photos"] == [added]
    assert survey["corrected"]["coral_cover_reason"].startswith("too few photos")
    assert float(row["corrected_bleached_cover"]) == figures["bleached_cover"]
    model = status["summary"]["bleached_cover"]
    assert row["bleached_cover"] == ("" if model is None else str(model))


def test_what_is_taken_back_leaves_nothing(server: RunningServer) -> None:
    before = kept(server)
    job_id = server.submit(encoded(PHOTO[:300, :300], "PNG"))
    server.completed(job_id)
    path = f"/V1/api/classify/{job_id}/chunks/0/correction"
    correct(server, job_id, 0, "Not Coral")
    during = kept(server) - before

    taken = [server.client.delete(path).status_code for _ in range(2)]

    assert len(during) == 2
    assert taken == [200, 404]
    assert kept(server) == before
    assert listed(server, job_id) == []


def test_a_correction_outlives_its_job_and_can_be_taken_back_then(server: RunningServer) -> None:
    job_id = server.submit(encoded(PHOTO[:400, :400], "PNG"))
    server.completed(job_id)
    told = correct(server, job_id, 1, "Bleached Coral")

    server.client.delete(f"/V1/api/classify/{job_id}")

    assert listed(server, job_id) == [told]
    assert server.client.delete(f"/V1/api/classify/{job_id}/chunks/1/correction").status_code == 200
    assert server.client.get(f"/V1/api/classify/{job_id}/corrections").status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("{job}/chunks/99/correction", {"label": "Unsure"}, 404, id="no such chunk"),
        pytest.param("{job}/chunks/0/correction", {"label": "Pretty"}, 400, id="no such label"),
        pytest.param("{job}/chunks/0/correction", {"label": "Unsure", "by": "a" * 101}, 400, id="long name"),
        pytest.param("1/chunks/0/correction", {"label": "Unsure"}, 404, id="no such job"),
        pytest.param(f"{2**70}/chunks/{2**70}/correction", {"label": "Unsure"}, 404, id="huge numbers"),
    ],
)
def test_what_cannot_be_corrected_is_refused(
    server: RunningServer, job: int, path: str, body: dict[str, str], status: int
) -> None:
    refused = server.client.put(f"/V1/api/classify/{path.format(job=job)}", json=body)

    assert refused.status_code == status, refused.text


def test_an_unfinished_photo_cannot_be_corrected(server: RunningServer) -> None:
    with server.workers_halted():
        waiting = server.submit(encoded(PHOTO[:300, :300], "PNG"))
        early = server.client.put(f"/V1/api/classify/{waiting}/chunks/0/correction", json={"label": "Unsure"})

    assert early.status_code == 409


@pytest.fixture(scope="module")
def exported(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export with what was said of a photo that no other test corrects."""
    folder = tmp_path_factory.mktemp("export") / "corrections"
    job_id = server.submit(encoded(PHOTO, "PNG"))
    server.completed(job_id)
    for chunk, label in ((0, "Bleached Coral"), (3, "Unsure"), (7, "Not Coral"), (11, "Healthy Coral")):
        correct(server, job_id, chunk, label, by="=Ana")
    command = [COMMAND, "corrections", "export", str(folder)]
    subprocess.run(command, check=True, env=environment(DATA_DIR=str(server.data_dir)), timeout=120)
    return folder


def of_job(exported: Path) -> list[dict[str, str]]:
    with (exported / "tiles.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["by"] == "'=Ana"]


def test_the_export_names_each_label_and_the_photo_it_came_from(exported: Path) -> None:
    rows = of_job(exported)

    assert [row["label"] for row in rows] == ["bleached", "unsure", "not_coral", "healthy"]
    assert len({row["group"] for row in rows}) == 1
    assert all((exported / row[name]).is_file() for row in rows for name in ("photo", "context"))


def test_training_reads_the_export(exported: Path) -> None:
    taught = {row["photo"]: row["label"] for row in of_job(exported) if row["label"] != "unsure"}
    items = [
        item
        for item in gather(exported, np.random.default_rng(0))
        if str(item.patch.photo) in {str(exported / photo) for photo in taught}
    ]
    rows = table(items)
    seen = [window(read_photo(item.patch.photo), item.patch) for item in items]

    assert rows.labels.tolist() == list(taught.values()) == ["bleached", "not_coral", "healthy"]
    assert len(set(rows.groups.tolist())) == len(set(rows.photos.tolist())) == 1
    assert np.array_equal(seen[0], PHOTO[:244, :244])
    assert np.array_equal(seen[2], PHOTO[-244:, -244:])
    first, _, last = [item.patch.context for item in items if item.patch.context is not None]
    assert read_photo(first.photo).shape == (171, 256, 3)
    assert first.place == pytest.approx((0, 0, 244 * 256 / 900), abs=0.01)
    assert last.place[:2] == pytest.approx(((900 - 244) * 256 / 900, (600 - 244) * 256 / 900), abs=0.01)
    assert first.photo == last.photo


def test_training_reads_an_export_inside_other_data(exported: Path, tmp_path: Path) -> None:
    (tmp_path / "tiles.csv").write_text("photo,site,tile_px,row,col,label\n")
    (tmp_path / "corrections").symlink_to(exported)

    read = [item for item in gather(tmp_path, np.random.default_rng(0)) if item.patch.site != DRAWN]

    assert read


def test_a_model_says_of_an_exported_chunk_what_it_says_of_it_in_the_photo(exported: Path) -> None:
    settings = Settings()
    repository = open_model_repository(settings)
    classifier = load_classifier(repository, repository.find(None), network_limits(Settings()))
    rows = {str(exported / row["photo"]): row for row in of_job(exported)}
    labelled = [one for one in read_labels(exported / "tiles.csv") if str(one.photo) in rows]
    photo = open_photo(BytesIO(encoded(PHOTO, "PNG")), 10**8)

    assert len(labelled) == 3
    for one in labelled:
        assert one.context is not None
        with one.photo.open("rb") as window, one.context.open("rb") as context:
            seen, whole = decode(window, 10**8), open_photo(context, 10**8)
        (probabilities,) = classifier.probabilities(seen[np.newaxis], whole.scene)
        chunk = grid(photo.size)[int(one.photo.stem)]
        (said,) = classifier.probabilities(photo.windows([chunk]), photo.scene)
        assert probabilities.tolist() == pytest.approx(said.tolist(), abs=6e-5)


def test_evaluation_reads_the_export(exported: Path, tmp_path: Path) -> None:
    # Chunks of other tests' photos may have neighbours that decided their label.
    own = shutil.copytree(exported, tmp_path / "own")
    with (own / "tiles.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, list(of_job(exported)[0]))
        table.writeheader()
        table.writerows(of_job(exported))
    command = [COMMAND, "evaluate", str(own / "tiles.csv"), "-o", str(tmp_path)]
    subprocess.run(command, check=True, env=environment(), stdout=subprocess.DEVNULL, timeout=120)

    classes = ["bleached", "healthy", "not_coral"]
    counted = np.zeros((3, 3), dtype=int)
    for row in of_job(exported):
        if row["label"] in classes:
            said = int(np.argmax([float(row[name]) for name in classes]))
            counted[classes.index(row["label"]), said] += 1
    assert json.loads((tmp_path / "evaluation.json").read_text())["confusion"] == counted.tolist()


def test_an_export_writes_over_nothing(server: RunningServer, exported: Path) -> None:
    again = subprocess.run(
        [COMMAND, "corrections", "export", str(exported)],
        check=False,
        env=environment(DATA_DIR=str(server.data_dir)),
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert again.returncode == 1
    assert "name a new folder" in again.stderr

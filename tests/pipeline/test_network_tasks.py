"""Deployments and inferences on a real queue, with real workers and real processes for the networks."""

import hashlib
import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import pytest

from coralchunk.networks.preprocessing import Preprocessing
from coralchunk.pipeline.recognition.task_request import (
    NetworkFiles,
    PictureInput,
    PublicModel,
    Reading,
    TaskRequest,
    submit_task,
)
from coralchunk.pipeline.records.job import Job, JobState
from coralchunk.pipeline.steps.cancel import cancel
from coralchunk.pipeline.steps.retry import retry
from coralchunk.pipeline.steps.sweep import reconcile_storage
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.pipeline.worker.network_cache import ONNX_FILE, NetworkCache, mean_file, network_limits
from coralchunk.storage.files.blobs import RESULT
from tests.networks import onnx_files
from tests.pipeline.conftest import NOW, WorkOff
from tests.reef import encoded, jpeg
from tests.waiting import wait_for

pytestmark = pytest.mark.slow

Deploy = Callable[..., NetworkFiles]
IMAGE = {
    "tensor_name": "data",
    "image": {
        "target_size": "8x8",
        "resize_type": "SQUASH",
        "dimension_order": "NCHW",
        "color_channels": "RGB",
        "pixel_scaling": 1.0,
    },
}
CLASSES = {
    "outputs": [
        {
            "labels": {
                "labels": [
                    {"id": 10, "name": "red"},
                    {"id": 20, "name": "green"},
                    {"id": 30, "name": "blue"},
                ],
                "exclusive": True,
                "roi": "NONE",
            }
        }
    ],
    "post_processings": [{"classification": {"output_tensor": "prob"}}],
}


@pytest.fixture
def stored(stores: Stores) -> Deploy:
    """Stores a network, as an upload does. Returns where it is."""

    def store(
        onnx: bytes, blob: str = "1", means: dict[str, bytes] | None = None, **image: Any
    ) -> NetworkFiles:
        stores.networks.write(f"{blob}/{ONNX_FILE}", BytesIO(onnx))
        for name, content in (means or {}).items():
            stores.networks.write(f"{blob}/{mean_file(name)}", BytesIO(content))
        one = IMAGE | {"image": IMAGE["image"] | image}  # type: ignore[operator]
        preprocessing = Preprocessing.model_validate({"inputs": [one], "batched_output": True})
        return NetworkFiles(blob=blob, sha256=hashlib.sha256(onnx).hexdigest(), preprocessing=preprocessing)

    return store


def colour(red: int, green: int, blue: int, width: int = 40, height: int = 30) -> bytes:
    return encoded(np.full((height, width, 3), (red, green, blue), dtype=np.uint8), "PNG")


def infer(stores: Stores, network: NetworkFiles, *pictures: bytes, **fields: Any) -> int:
    request = TaskRequest.model_validate(
        {"kind": "inference", "network": network, "inputs": [PictureInput()] * len(pictures)} | fields
    )
    streams = {index: BytesIO(picture) for index, picture in enumerate(pictures)}
    return submit_task(stores, request, streams, "user-1", NOW)


def ended(stores: Stores, job_id: int) -> tuple[Job, dict[str, Any]]:
    job = stores.records.get(job_id)
    assert job.state.is_final
    return job, {} if job.error else json.loads(stores.blobs.read(job_id, RESULT))


def test_a_deployment_runs_the_network_once_and_tells_its_tensors(
    stores: Stores, stored: Deploy, work_off: WorkOff
) -> None:
    network = stored(onnx_files.mean_colour())
    job_id = submit_task(stores, TaskRequest(kind="deployment", network=network), {}, "user-1", NOW)
    work_off()

    job, told = ended(stores, job_id)
    assert (job.state, job.owner) == (JobState.COMPLETED, "user-1")
    assert told == {"outputs": [{"name": "prob", "shape": [1, 3]}]}
    assert job.ended_at is not None


@pytest.mark.parametrize(
    ("onnx", "says"),
    [
        pytest.param(onnx_files.unknown_operator(), "Teleport", id="an unknown operator"),
        pytest.param(onnx_files.greedy(), "memory|alloc", id="more memory than there is"),
        pytest.param(onnx_files.endless(), "longer than 1 s", id="a loop without an end"),
    ],
)
def test_a_network_that_does_not_run_fails_its_deployment_and_nothing_else(
    stores: Stores, stored: Deploy, context: WorkerContext, work_off: WorkOff, onnx: bytes, says: str
) -> None:
    limits = replace(network_limits(stores.settings), timeout_s=1)
    strict = replace(context, networks=NetworkCache(stores.networks, limits))
    request = TaskRequest(kind="deployment", network=stored(onnx))
    job_id = submit_task(stores, request, {}, "user-1", NOW)
    work_off(on=strict)

    job, _ = ended(stores, job_id)
    assert job.state is JobState.ERROR
    assert job.error is not None
    assert any(word in job.error for word in says.split("|")), job.error
    strict.networks.close()


def test_the_tensors_of_a_network_are_told_with_their_shape(
    stores: Stores, stored: Deploy, work_off: WorkOff
) -> None:
    job_id = infer(stores, stored(onnx_files.mean_colour()), colour(255, 51, 0))
    work_off()

    (tensor,) = ended(stores, job_id)[1]["tensors"]
    assert (tensor["name"], tensor["shape"], tensor["dim"]) == ("prob", [1, 3], [1, 3])
    assert tensor["data"] == pytest.approx([1, 0.2, 0], abs=1e-6)


def test_a_recognition_tells_labels_best_first(stores: Stores, stored: Deploy, work_off: WorkOff) -> None:
    reading = Reading.model_validate(CLASSES | {"show_discarded": True})
    job_id = infer(stores, stored(onnx_files.mean_colour()), colour(51, 0, 255), reading=reading)
    work_off()

    (output,) = ended(stores, job_id)[1]["outputs"]
    told = [(one["label_id"], pytest.approx(one["score"])) for one in output["labels"]["predicted"]]
    assert told == [(30, 1.0), (10, 0.2)]
    assert [one["label_id"] for one in output["labels"]["discarded"]] == [20]


def test_a_region_is_all_that_the_network_sees(stores: Stores, stored: Deploy, work_off: WorkOff) -> None:
    picture = np.zeros((40, 40, 3), dtype=np.uint8)
    picture[20:, 20:] = (0, 255, 0)
    box = {"xmin": 0.5, "ymin": 0.5, "xmax": 1, "ymax": 1}
    inputs = [PictureInput.model_validate({"region": {"bbox": box}})]
    job_id = infer(stores, stored(onnx_files.mean_colour()), encoded(picture, "PNG"), inputs=inputs)
    work_off()

    assert ended(stores, job_id)[1]["tensors"][0]["data"] == pytest.approx([0, 1, 0])


def test_a_file_that_is_no_picture_is_an_error_of_its_task(
    stores: Stores, stored: Deploy, work_off: WorkOff
) -> None:
    job_id = infer(stores, stored(onnx_files.mean_colour()), b"no picture")
    work_off()

    job, _ = ended(stores, job_id)
    assert job.error is not None
    assert job.error.startswith("This file is not a photo")


def test_a_network_whose_process_is_killed_is_loaded_again(
    stores: Stores, stored: Deploy, context: WorkerContext, work_off: WorkOff
) -> None:
    network = stored(onnx_files.mean_colour())
    first = infer(stores, network, colour(0, 0, 0))
    work_off()
    (loaded,) = context.networks._loaded.values()
    os.kill(loaded.process.pid, signal.SIGKILL)
    wait_for(lambda: not loaded.process.is_running, "the end of the process")
    second = infer(stores, network, colour(0, 0, 0))
    work_off()

    assert ended(stores, first)[0].state is ended(stores, second)[0].state is JobState.COMPLETED


def test_networks_that_were_not_asked_for_lately_are_ended(
    stores: Stores, stored: Deploy, context: WorkerContext, work_off: WorkOff
) -> None:
    networks = [stored(onnx_files.mean_colour(), str(blob)) for blob in range(1, 7)]
    jobs = [infer(stores, network, colour(0, 0, 0)) for network in networks]
    work_off()

    assert {ended(stores, job_id)[0].state for job_id in jobs} == {JobState.COMPLETED}
    assert len(context.networks._loaded) == 4


def test_a_network_that_was_deleted_meanwhile_is_an_error_in_words(
    stores: Stores, stored: Deploy, work_off: WorkOff
) -> None:
    network = stored(onnx_files.mean_colour())
    job_id = infer(stores, network, colour(0, 0, 0))
    stores.networks.remove_folder(network.blob)
    work_off()

    assert ended(stores, job_id)[0].error == (
        "The network could not be run: its files are gone, as it was deleted."
    )


def test_a_damaged_file_in_the_store_is_not_run(stores: Stores, stored: Deploy, work_off: WorkOff) -> None:
    network = stored(onnx_files.mean_colour())
    stores.networks.write(f"{network.blob}/{ONNX_FILE}", BytesIO(onnx_files.echo((1, 3, 8, 8))))
    job_id = infer(stores, network, colour(0, 0, 0))
    work_off()

    assert "damaged" in str(ended(stores, job_id)[0].error)


def test_a_task_that_redis_has_forgotten_is_queued_again(
    stores: Stores, stored: Deploy, work_off: WorkOff
) -> None:
    job_id = infer(stores, stored(onnx_files.mean_colour()), colour(255, 0, 0))
    (folder,) = stores.blobs.folders()
    stores.redis.flushall()
    reconcile_storage(stores, folder.changed_at + 60)
    work_off()

    job, told = ended(stores, job_id)
    assert (job.owner, job.kind) == ("user-1", "inference")
    assert told["tensors"][0]["data"] == pytest.approx([1, 0, 0])


def test_a_task_that_failed_can_be_run_again(stores: Stores, stored: Deploy, work_off: WorkOff) -> None:
    network = stored(onnx_files.mean_colour())
    job_id = infer(stores, network, colour(255, 0, 0))
    onnx = stores.networks.read(f"{network.blob}/{ONNX_FILE}")
    stores.networks.remove_folder(network.blob)
    work_off()
    failed = ended(stores, job_id)[0].state
    stores.networks.write(f"{network.blob}/{ONNX_FILE}", BytesIO(onnx))
    retry(stores, job_id, NOW)
    work_off()

    assert (failed, ended(stores, job_id)[0].state) == (JobState.ERROR, JobState.COMPLETED)


def test_a_deleted_task_leaves_nothing(stores: Stores, stored: Deploy, work_off: WorkOff) -> None:
    job_id = infer(stores, stored(onnx_files.mean_colour()), colour(255, 0, 0))
    cancel(stores, job_id, "user-1", None)
    work_off()

    assert list(stores.blobs.folders()) == []


@pytest.mark.parametrize("is_by_chunk", [False, True], ids=["the whole picture", "each chunk"])
def test_the_bundled_model_answers_for(
    stores: Stores, context: WorkerContext, work_off: WorkOff, is_by_chunk: bool
) -> None:
    labels = [{"id": i, "name": name} for i, name in enumerate(("bleached", "healthy", "not coral"))]
    reading = Reading.model_validate(
        {
            "outputs": [
                {"labels": {"labels": labels, "exclusive": True, "roi": "BBOX" if is_by_chunk else "NONE"}}
            ],
            "post_processings": [{"classification": {"output_tensor": "probabilities"}}],
            "show_discarded": True,
        }
    )
    manifest = context.classifier.manifest
    model = PublicModel(model=f"{manifest.name}-{manifest.version}", is_by_chunk=is_by_chunk)
    request = TaskRequest(kind="inference", model=model, inputs=(PictureInput(),), reading=reading)
    job_id = submit_task(stores, request, {0: BytesIO(jpeg(500, 300))}, "user-1", NOW)
    work_off()

    told = ended(stores, job_id)[1]["outputs"][0]["labels"]
    everything = [*told["predicted"], *told["discarded"]]
    chunks = 6 if is_by_chunk else 1
    assert sum(one["score"] for one in everything) == pytest.approx(chunks, abs=1e-3)
    if is_by_chunk:
        first = next(one["roi"]["bbox"] for one in everything if one["roi"]["region_id"] == 1)
        assert first == {"xmin": 0, "ymin": 0, "xmax": 244 / 500, "ymax": 244 / 300}
    else:
        assert all("roi" not in one for one in everything)

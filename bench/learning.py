"""Measure trainings on labelled images, and single requests to what was trained and to a user's network."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import cv2
import httpx
import numpy as np
from onnx import TensorProto, helper

from bench.figures import Goal
from bench.kit import Kit
from bench.processes import cpu_s, wait_for
from bench.server import Served, clean_environment
from coralchunk.config import PREFIX

_SECTION: Final = "learning"
_SIDE: Final = 512  # px of the pictures
_KINDS: Final = ("stripes", "dots", "grain", "waves")
_USER: Final = "bench"
_COMMAND: Final = ("-P", "-c", "from coralchunk.cli.main import main; main()")
_DEADLINE_S: Final = 600.0
_UNDER_WAY: Final = frozenset({"queued", "training"})
#: Images to train on, and the most seconds that it should take.
_TRAININGS: Final = ((48, 10.0), (1000, 60.0))
_CLASSIFY_MS: Final = 60.0  # median that is aimed at
_INFERENCE_MS: Final = 40.0


def learning(kit: Kit) -> None:
    """Train on few and on many images, then ask the trained classifier and a small network, one by one."""
    token, address = _token(kit.served), f"http://127.0.0.1:{kit.served.port}"
    with httpx.Client(
        base_url=f"{address}/V1/api",
        headers={"Authorization": f"Bearer {token}"},
        timeout=_DEADLINE_S,
    ) as client:
        path = ""
        for images, goal_s in _TRAININGS[: kit.scale.trainings]:
            path = _train(kit, client, images, goal_s)
        ask = partial(_classify, client, path)
        pictures = [_picture(0, 10**6 + number) for number in range(kit.scale.requests + 1)]
        _repeat(kit, "classify a picture of 512 px with it", ask, pictures, _CLASSIFY_MS)
    with httpx.Client(
        base_url=f"{address}/v0.7", headers={"X-API-KEY": token}, timeout=_DEADLINE_S
    ) as client:
        infer = partial(_infer, client, _deploy(client))
        _repeat(kit, "network of one node, POST to success", infer, pictures, _INFERENCE_MS)


def _train(kit: Kit, client: httpx.Client, images: int, goal_s: float) -> str:
    """Upload pictures of four kinds, and train on them. Returns the path of the collection."""
    path = "/collections/" + _json(client.post("/collections", json={"name": f"{images} textures"}))["id"]
    labels = [
        _json(client.post(f"{path}/labels", json={"name": kind}))["labels"][-1]["id"] for kind in _KINDS
    ]
    for number in range(images):
        kind = number % len(_KINDS)
        form = {
            "files": {"image": ("picture.jpg", _picture(kind, number))},
            "data": {"label_id": labels[kind]},
        }
        _json(client.post(f"{path}/images", **form))
    began, cpu_before = time.perf_counter(), cpu_s(kit.served.pid)
    _json(client.post(f"{path}/train"))
    wait_for(
        "the training", lambda: _json(client.get(path))["training"]["state"] not in _UNDER_WAY, _DEADLINE_S
    )
    took_s, used_s = time.perf_counter() - began, cpu_s(kit.served.pid) - cpu_before
    found = _json(client.get(path))
    if not found["versions"]:
        raise RuntimeError(f"the training on {images} images failed: {found['training']}")
    figure = kit.findings.add(_SECTION, f"training on {images} images", "s", [took_s])
    kit.findings.aim(figure, Goal.AT_MOST, goal_s)
    kit.findings.add(_SECTION, f"training on {images} images, CPU time", "s", [used_s])
    return path


def _classify(client: httpx.Client, path: str, picture: bytes) -> None:
    answer = client.post(f"{path}/classify", files={"image": ("picture.jpg", picture)})
    if _json(answer)["images"][0]["labels"][0]["name"] != _KINDS[0]:
        raise RuntimeError(f"a picture is not called {_KINDS[0]}: {answer.text[:300]}")


def _deploy(client: httpx.Client) -> str:
    """Upload a network that gives the mean of each colour. Returns the path of its inference."""
    size = {
        "target_size": "64x64",
        "resize_type": "SQUASH",
        "color_channels": "RGB",
        "dimension_order": "NCHW",
    }
    image = {"data_type": "FLOAT32", "pixel_scaling": 255.0, "mean_file": "", **size}
    how = {"inputs": [{"tensor_name": "data", "image": image}], "batched_output": True}
    node = helper.make_node("ReduceMean", ["data"], ["prob"], axes=[2, 3], keepdims=0)
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (("data", [1, 3, 64, 64]), ("prob", [1, 3]))
    ]
    graph = helper.make_graph([node], "colours", ends[:1], ends[1:])
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    uploaded = _json(
        client.post(
            "/networks",
            data={"name": "colours", "framework": "onnx", "preprocessing": json.dumps(how)},
            files={"model.onnx": network.SerializeToString()},
        )
    )
    _wait(client, uploaded["task_id"])
    names = [{"id": number, "name": name} for number, name in enumerate(("red", "green", "blue"))]
    outputs = [{"labels": {"labels": names, "exclusive": True, "roi": "NONE"}}]
    spec = _json(client.post("/recognition/specs", json={"name": "colours", "outputs": outputs}))
    processing = [{"classification": {"output_tensor": "prob"}}]
    version = {"spec_id": spec["id"], "network_id": uploaded["id"], "post_processings": processing}
    _json(client.post("/recognition/versions", json=version))
    return f"/recognition/specs/{spec['id']}/inference"


def _infer(client: httpx.Client, path: str, picture: bytes) -> None:
    answer = client.post(path, files={"inputs[0]image.source": picture})
    _wait(client, _json(answer)["task_id"])


def _wait(client: httpx.Client, task: str) -> None:
    while (found := _json(client.get(f"/tasks/{task}")))["status"] != "success":
        if found["status"] == "error":
            raise RuntimeError(f"task {task} failed: {found}")


def _repeat(kit: Kit, what: str, ask: Callable[[bytes], None], pictures: list[bytes], goal_ms: float) -> None:
    """Ask about one picture after another, and note the median time."""
    ask(pictures[0])  # loads the model
    times_ms, cpu_before = [], cpu_s(kit.served.pid)
    for picture in pictures[1:]:
        began = time.perf_counter()
        ask(picture)
        times_ms.append(1e3 * (time.perf_counter() - began))
    kit.findings.aim(kit.findings.add(_SECTION, what, "ms", times_ms), Goal.AT_MOST, goal_ms)
    used_ms = 1e3 * (cpu_s(kit.served.pid) - cpu_before) / kit.scale.requests
    kit.findings.add(_SECTION, f"{what}, CPU time of the server", "ms", [used_ms])


def _token(served: Served) -> str:
    """Add a user, and return a token of theirs."""
    environment = clean_environment() | {f"{PREFIX}DATA_DIR": str(served.data)}

    def run(*arguments: str, typed: str = "") -> str:
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, *_COMMAND, *arguments],
            input=typed,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    run("user", "add", _USER, typed="parrotfish\n")
    return run("token", "create", _USER)


def _picture(kind: int, number: int) -> bytes:
    """Draw a texture; each number another one."""
    random = np.random.default_rng([kind, number])
    across, down = np.meshgrid(np.arange(_SIDE), np.arange(_SIDE))
    period, phase = random.uniform(24, 40), random.uniform(0, 20)
    drawn = {
        "stripes": np.sin((across + phase) * 2 * np.pi / period),
        "dots": np.sin(across * 2 * np.pi / period) * np.sin((down + phase) * 2 * np.pi / period),
        "grain": random.normal(size=(_SIDE, _SIDE)),
        "waves": np.sin((down + 12 * np.sin(across / period)) * 2 * np.pi / period),
    }[_KINDS[kind]]
    colour = random.uniform(60, 160, 3)
    pixels = np.clip(colour + 60 * drawn[..., np.newaxis], 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", pixels)[1].tobytes()


def _json(answer: httpx.Response) -> Any:  # noqa: ANN401 - what a server says
    if answer.is_error:
        raise RuntimeError(
            f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:300]}"
        )
    return answer.json()

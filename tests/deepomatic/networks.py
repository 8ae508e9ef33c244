"""What the tests upload, as the client takes it."""

from io import BytesIO
from typing import Any

import numpy as np
from deepomatic.api.client import Client
from deepomatic.api.resources.network import Network
from deepomatic.api.resources.recognition import RecognitionSpec
from PIL import Image

from tests.networks import onnx_files

RGB = ("red", "green", "blue")


def preprocessing(*constants: dict[str, Any], **image: Any) -> dict[str, Any]:
    usual = {
        "resize_type": "SQUASH",
        "data_type": "FLOAT32",
        "dimension_order": "NCHW",
        "pixel_scaling": 1.0,
        "mean_file": "",
        "target_size": "8x8",
        "color_channels": "RGB",
    }
    return {
        "inputs": [{"tensor_name": "data", "image": usual | image}, *constants],
        "batched_output": True,
    }


def picture(red: int, green: int, blue: int, width: int = 40, height: int = 30) -> bytes:
    return png(np.full((height, width, 3), (red, green, blue), dtype=np.uint8))


def png(pixels: Any) -> bytes:
    stream = BytesIO()
    Image.fromarray(np.asarray(pixels, dtype=np.uint8)).save(stream, "PNG")
    return stream.getvalue()


def upload(client: Client, onnx: bytes, files: dict[str, bytes] | None = None, **image: Any) -> Network:
    """Upload a network and wait until it has run."""
    network = client.Network.create(
        name="reef",
        framework="onnx",
        preprocessing=image.pop("preprocessing", None) or preprocessing(**image),
        files={"model.onnx": onnx, **(files or {})},
    )
    client.Task.retrieve(network["task_id"]).wait()
    return network


def outputs(*names: str, roi: str = "NONE", exclusive: bool = True) -> list[dict[str, Any]]:
    labels = [{"id": number, "name": name} for number, name in enumerate(names)]
    return [{"labels": {"labels": labels, "exclusive": exclusive, "roi": roi}}]


def specification(client: Client, *names: str, roi: str = "NONE", exclusive: bool = True) -> RecognitionSpec:
    given = outputs(*names, roi=roi, exclusive=exclusive)
    return client.RecognitionSpec.create(name="what there is", outputs=given)


def colours(client: Client) -> tuple[RecognitionSpec, Network]:
    """A specification whose current version tells how red, green and blue a picture is."""
    network = upload(client, onnx_files.mean_colour())
    spec = specification(client, *RGB)
    how = [{"classification": {"output_tensor": "prob"}}]
    client.RecognitionVersion.create(spec_id=spec["id"], network_id=network["id"], post_processings=how)
    return spec, network

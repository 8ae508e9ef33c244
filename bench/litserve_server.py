"""Serve the same model with LitServe: python -m bench.litserve_server PORT WORKERS THREADS.

WORKERS and THREADS (of ONNX Runtime in each; 0 for its own choice) are what an operator would tune.
"""

import base64
import sys
from collections import Counter
from typing import Any, cast

import litserve
from fastapi import Request, UploadFile

from bench.model import MAX_SIDE, Plain, classified, load, opened_as_served, refined_as_served
from coralchunk.imaging.encode import png
from coralchunk.imaging.grid import grid
from coralchunk.imaging.overlay import bounded, overlay
from coralchunk.science.predictions import predictions


class ReefAPI(litserve.LitAPI):  # type: ignore[misc]  # the library is typed loosely
    """One photo in, its map out."""

    def __init__(self, threads: int | None) -> None:
        super().__init__()
        self._threads = threads
        self._plain: Plain | None = None

    def setup(self, device: str) -> None:  # noqa: ARG002 - LitServe's signature
        """Load the model into the worker process."""
        self._plain = load(self._threads)

    def decode_request(self, request: Request) -> bytes:
        """Take the file out of the form."""
        upload: UploadFile = cast(Any, request)["image"]  # LitServe passes the form of a request
        return upload.file.read()

    def predict(self, jpeg: bytes) -> dict[str, Any]:
        """Decode, classify, draw."""
        assert self._plain is not None  # noqa: S101 - LitServe calls setup first
        photo = opened_as_served(self._plain, jpeg)
        chunks = grid(photo.size)
        found = refined_as_served(classified(self._plain, photo, chunks), photo.size)
        said = predictions(chunks, found, self._plain.manifest.thresholds.unsure_below)
        picture = photo.shrunk(bounded(photo.size, MAX_SIDE))
        return {"rows": found.tolist(), "predictions": said, "png": png(overlay(picture, said, photo.size))}

    def encode_response(self, output: dict[str, Any]) -> dict[str, Any]:
        """Shape the answer as this project's server does."""
        names = ("bleached", "healthy", "not_coral")
        return {
            "summary": Counter(str(prediction.state) for prediction in output["predictions"]),
            "chunks": [
                {
                    "x": prediction.chunk.x,
                    "y": prediction.chunk.y,
                    "width": prediction.chunk.width,
                    "height": prediction.chunk.height,
                    "predicted_label": str(prediction.state),
                    "probabilities": dict(zip(names, (round(one, 4) for one in row), strict=True)),
                }
                for prediction, row in zip(output["predictions"], output["rows"], strict=True)
            ],
            "result_image": "data:image/png;base64," + base64.b64encode(output["png"]).decode(),
        }


def main(port: int, workers: int, threads: int) -> None:
    """Serve on loopback until stopped."""
    server = litserve.LitServer(
        ReefAPI(threads or None), accelerator="cpu", workers_per_device=workers, timeout=False
    )
    server.run(host="127.0.0.1", port=port, generate_client_file=False, log_level="warning")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:4]))

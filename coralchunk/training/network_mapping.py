"""Make a model of chunks from a network that a user has uploaded."""

import hashlib
from typing import Final

from coralchunk.inference.classifier import Classifier
from coralchunk.inference.manifest import Calibration, Manifest, Preprocessing, Thresholds
from coralchunk.networks.chunk_graph import chunk_graph, square_picture
from coralchunk.pipeline.training.training_job import MappedNetwork
from coralchunk.pipeline.worker.network_cache import StoredNetwork, read_network
from coralchunk.pipeline.worker.sandboxed_session import SandboxedSession
from coralchunk.sandbox.network_process import Limits
from coralchunk.storage.objects.object_store import ObjectStore
from coralchunk.terms import CHUNK_PX, CLASSES
from coralchunk.training.learning.export import ExportedModel

#: A network's scores are not calibrated, so a label is told where it is likelier than the others together.
_UNSURE_BELOW: Final = 0.5


def map_network(networks: ObjectStore, mapped: MappedNetwork, name: str, version: str) -> ExportedModel:
    """Return a network as a model of chunks. Raises BadNetwork, NetworkFailed."""
    stored = StoredNetwork(mapped.blob, mapped.sha256, mapped.preprocessing)
    onnx, recipe = read_network(networks, stored)
    graph = chunk_graph(onnx, recipe, mapped.output, mapped.states)
    side = square_picture(recipe).size.width
    meaning = ", ".join(
        f"{label} as {state}" for label, state in zip(mapped.labels, mapped.states, strict=True)
    )
    manifest = Manifest(
        name=name,
        version=version,
        sha256=hashlib.sha256(graph).hexdigest(),
        licence="its owner's",
        labels=tuple(CLASSES),
        preprocessing=Preprocessing(input_px=side, resize="area" if side < CHUNK_PX else "linear"),
        thresholds=Thresholds(unsure_below=_UNSURE_BELOW),
        calibration=Calibration(
            method=f"none; network {mapped.name!r}, mapped: {meaning}", temperature=1.0, fitted_on="nothing"
        ),
        sandboxed=True,
        training_data=(),
        figures={},
    )
    return ExportedModel(graph, manifest)


def open_mapped(model: ExportedModel, limits: Limits) -> Classifier:
    """Start the process of a mapped network. Raises NetworkFailed, BadModel."""
    return Classifier(model.onnx, model.manifest, session=SandboxedSession(model.onnx, limits))

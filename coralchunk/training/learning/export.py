"""Export a backbone and a head as one ONNX file with its manifest, and check that the answers agree."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

from coralchunk.arrays import Pixels
from coralchunk.errors.setup import BadModel
from coralchunk.imaging.whole import fitted
from coralchunk.inference.classifier import OUTPUT, Classifier
from coralchunk.inference.manifest import Calibration, Manifest, Preprocessing, Source, Thresholds
from coralchunk.terms import OutputKind
from coralchunk.training.learning.backbone import FEATURES, Backbone
from coralchunk.training.learning.describe import Describer
from coralchunk.training.learning.heads import Head
from coralchunk.training.learning.learn import Learned
from coralchunk.training.learning.temperature import probabilities

_MOST_APART: Final = 1e-3  # of probabilities, or of values in units of their spread; float32 beside float64
_LICENCE: Final = "of the labelled pictures' owner; the backbone Apache-2.0"


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """The two files of a model."""

    onnx: bytes
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class ModelName:
    """The name and the labels of a trained model."""

    name: str
    version: str
    collection: str
    labels: tuple[str, ...]
    kind: OutputKind


def export(backbone: Backbone, learned: Learned, name: ModelName, pictures: int) -> ExportedModel:
    """Make one ONNX file of a backbone and a head.

    pictures  that were learned from
    """
    onnx = join_head(backbone.graph, learned.head, name.kind).SerializeToString()
    figures = asdict(learned.figures)
    manifest = Manifest(
        name=name.name,
        version=name.version,
        sha256=hashlib.sha256(onnx).hexdigest(),
        licence=_LICENCE,
        labels=name.labels,
        output=name.kind,
        sees="picture",
        preprocessing=Preprocessing(input_px=backbone.side_px, resize="area"),
        thresholds=Thresholds(unsure_below=0),
        calibration=Calibration(
            method="temperature" if name.kind is not OutputKind.REGRESSION else "none",
            temperature=learned.head.temperature,
            fitted_on="pictures that were left out in cross-validation, near-duplicates together",
        ),
        training_data=(
            Source(
                name=name.collection,
                photos=pictures,
                licence="its owner's",
                labelled_by="the collection's owner",
            ),
        ),
        figures={
            "backbone": backbone.name,
            "regularisation": learned.strength,
            **{key: value for key, value in figures.items() if isinstance(value, float | int)},
        },
    )
    return ExportedModel(onnx, manifest)


def check_parity(
    exported: ExportedModel,
    head: Head,
    describer: Describer,
    pictures: Sequence[Pixels],
    *,
    has_wide_sums: bool,
) -> None:
    """Compare the answers of the exported model for some pictures with the head. Raises BadModel."""
    manifest = exported.manifest
    served = Classifier(exported.onnx, manifest, has_wide_sums=has_wide_sums)
    features = np.array([one.features for one in describer.describe(pictures)])
    expected = probabilities(manifest.output, head.logits(features) / head.temperature)
    squares = [fitted(picture, manifest.preprocessing.input_px) for picture in pictures]
    said = served.probabilities(squares, np.empty(0, np.float32))
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    apart = float(np.abs(said - expected).max(initial=0)) / scale
    if apart > _MOST_APART:
        raise BadModel(f"The exported model differs from the trained one by {apart:.5f}; nothing was stored.")


def join_head(backbone: ModelProto, head: Head, kind: OutputKind) -> ModelProto:
    """Return the graph of a backbone whose output is FEATURES, with a head behind it."""
    model = ModelProto()
    model.CopyFrom(backbone)
    graph = model.graph
    # A temperature divides weights and bias alike.
    constants = {"head/weights": head.weights / head.temperature, "head/bias": head.bias / head.temperature}
    graph.initializer.extend(
        numpy_helper.from_array(np.asarray(value, np.float32), name) for name, value in constants.items()
    )
    last = {OutputKind.MULTI_CLASS: "Softmax", OutputKind.MULTI_LABEL: "Sigmoid"}.get(kind, "Identity")
    graph.node.append(helper.make_node("Gemm", [FEATURES, *constants], ["head/logits"]))
    node = helper.make_node(last, ["head/logits"], [OUTPUT])
    if last == "Softmax":
        node.attribute.append(helper.make_attribute("axis", 1))
    graph.node.append(node)
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, len(head.bias)]))
    checker.check_model(model)
    return model

"""Learn a model for the chunks of one site: a new head on the server's network.

The network is cut before its heads. What remains takes the same windows and the same scene as the whole
model, so the new model costs as much and is served in the same way.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper, load_from_string
from onnx.utils import Extractor
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from coralchunk.arrays import Pixels
from coralchunk.inference.classifier import SCENE_INPUT, WINDOWS_INPUT, Classifier, scaled
from coralchunk.inference.manifest import Calibration, Manifest, Source
from coralchunk.inference.session import open_session
from coralchunk.science.comparison import Comparison, compare
from coralchunk.terms import CLASSES, OutputKind
from coralchunk.training.learning.backbone import FEATURES, embedding_tensors
from coralchunk.training.learning.export import ExportedModel, join_head
from coralchunk.training.learning.heads import Head, Lessons, fit_head

_FOLDS: Final = 5


@dataclass(frozen=True, slots=True)
class SiteChunk:
    """A chunk that a person has labelled."""

    window: Pixels  # (244, 244, 3) uint8
    scene: NDArray[np.float32]  # of its photo
    truth: int  # index in CLASSES
    photo: int  # number of its photo
    #: Index in CLASSES of what the model of the server said of it in the photo; None if another model did.
    served: int | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """How answers compare with those of the model of the server, on the same chunks."""

    comparison: Comparison
    confusion: NDArray[np.intp]  # rows are the truth


@dataclass(frozen=True, slots=True)
class SiteModel:
    """A head for a site, and how it compares with the model of the server."""

    head: Head  # fitted on all chunks
    strength: float
    compared: Compared  # heads that have not seen the photo of the chunk


def cut_windows(onnx: bytes, manifest: Manifest) -> ModelProto:
    """Cut a model before its heads: its inputs stay, its output is FEATURES, (1, D). Raises BadModel."""
    model = load_from_string(onnx)
    tensors = embedding_tensors(model, manifest)
    inputs = [WINDOWS_INPUT, SCENE_INPUT] if manifest.preprocessing.scene else [WINDOWS_INPUT]
    cut = Extractor(model).extract_model(inputs, tensors)
    flat = [f"site/{number}" for number in range(len(tensors))]
    for tensor, name in zip(tensors, flat, strict=True):
        cut.graph.node.append(helper.make_node("Flatten", [tensor], [name], axis=1))
    cut.graph.node.append(helper.make_node("Concat", flat, [FEATURES], axis=1))
    del cut.graph.output[:]
    cut.graph.output.append(helper.make_tensor_value_info(FEATURES, TensorProto.FLOAT, [1, None]))
    return cut


def describe_chunks(
    cut: ModelProto, manifest: Manifest, chunks: Sequence[SiteChunk], *, has_wide_sums: bool
) -> NDArray[np.float32]:
    """Return the features of chunks, (N, D)."""
    session = open_session(cut.SerializeToString(), manifest.name, has_wide_sums=has_wide_sums)
    taken = {node.name for node in session.get_inputs()}
    rows = []
    for chunk in chunks:
        feeds = {WINDOWS_INPUT: scaled([chunk.window], manifest.preprocessing), SCENE_INPUT: chunk.scene}
        given = {name: value for name, value in feeds.items() if name in taken}
        rows.append(session.run([FEATURES], given)[0][0])
    return np.array(rows, dtype=np.float32)


def learn_site(features: NDArray[np.float32], chunks: Sequence[SiteChunk], server: Classifier) -> SiteModel:
    """Fit a head on chunks, and compare it by cross-validation over photos with the server's model."""
    truth = np.array([chunk.truth for chunk in chunks], dtype=np.intp)
    photos = np.array([chunk.photo for chunk in chunks], dtype=np.intp)
    lessons = Lessons(OutputKind.MULTI_CLASS, features, np.eye(len(CLASSES))[truth], photos)
    with threadpool_limits(1):  # see learn.learn
        said = _left_out(lessons, truth)
        head, strength = fit_head(lessons)
    return SiteModel(head, strength, compare_with_server(said, chunks, server))


def compare_with_server(said: NDArray[np.intp], chunks: Sequence[SiteChunk], server: Classifier) -> Compared:
    """Compare answers, as indices in CLASSES, with those of the model of the server."""
    truth = np.array([chunk.truth for chunk in chunks], dtype=np.intp)
    photos = np.array([chunk.photo for chunk in chunks], dtype=np.intp)
    confusion = np.zeros((len(CLASSES), len(CLASSES)), dtype=np.intp)
    np.add.at(confusion, (truth, said), 1)
    right = _served(server, chunks) == truth
    # A fixed seed: a training that is repeated must come to the same verdict.
    return Compared(compare(said == truth, right, photos, np.random.default_rng(0)), confusion)


def _served(server: Classifier, chunks: Sequence[SiteChunk]) -> NDArray[np.intp]:
    """Return what the model of the server says of each chunk: in its photo where that is known."""
    said = np.array([-1 if chunk.served is None else chunk.served for chunk in chunks], dtype=np.intp)
    unknown = np.flatnonzero(said < 0)
    said[unknown] = answers(server, [chunks[row] for row in unknown.tolist()])
    return said


def answers(classifier: Classifier, chunks: Sequence[SiteChunk]) -> NDArray[np.intp]:
    """Return what a model says of each chunk by itself, as indices in CLASSES."""
    return np.array(
        [int(classifier.probabilities([chunk.window], chunk.scene)[0].argmax()) for chunk in chunks],
        dtype=np.intp,
    )


def export_site(
    cut: ModelProto, served: Manifest, learned: SiteModel, name: str, version: str
) -> ExportedModel:
    """Make one ONNX file of the cut network and a head, with the manifest of a model of chunks.

    served  manifest of the model that the network was cut from
    """
    onnx = join_head(cut, learned.head, OutputKind.MULTI_CLASS).SerializeToString()
    found = learned.compared.comparison
    manifest = served.model_copy(
        update={
            "name": name,
            "version": version,
            "sha256": hashlib.sha256(onnx).hexdigest(),
            "embedding": (),
            "thresholds": served.thresholds.model_copy(update={"far_beyond": None}),
            "calibration": Calibration(
                method="temperature",
                temperature=learned.head.temperature,
                fitted_on="corrected chunks that were left out in cross-validation, by photo",
            ),
            "errors": None,  # they were measured with the other head
            "neighbours": None,  # as they were fitted
            "training_data": (
                *served.training_data,
                Source(
                    name="corrections",
                    photos=found.photos,
                    licence="its owner's",
                    labelled_by="the owner of the corrections",
                ),
            ),
            "figures": compared_figures(found, served),
        }
    )
    return ExportedModel(onnx, manifest)


def compared_figures(found: Comparison, served: Manifest) -> dict[str, float | int | str | None]:
    """Return the figures of the manifest of a model that was compared with the server's."""
    return {
        "backbone": f"{served.name} {served.version}",
        "chunks": found.chunks,
        "accuracy": found.first,
        "accuracy_of_backbone": found.second,
        "p_value": found.p_value,
    }


def site_figures(
    compared: Compared, served: Manifest, *, strength: float | None = None, temperature: float = 1.0
) -> dict[str, Any]:
    """Return what is stored with the version: the figures of any version, and the comparison."""
    found, confusion = compared.comparison, compared.confusion
    shown, given, right = confusion.sum(axis=1), confusion.sum(axis=0), confusion.diagonal()
    labels = [
        {
            "label": state.value,
            "pictures": int(shown[column]),
            "tested": int(shown[column]),
            "precision": float(right[column] / given[column]) if given[column] else None,
            "recall": float(right[column] / shown[column]) if shown[column] else None,
        }
        for column, state in enumerate(CLASSES)
    ]
    return {
        "learned": found.chunks,
        "tested": found.chunks,
        "accuracy": found.first,
        "precision": _mean([one["precision"] for one in labels]),
        "recall": _mean([one["recall"] for one in labels]),
        "mean_error": None,
        "calibration_error": None,
        "labels": labels,
        "confusion": confusion.tolist(),
        "reliability": [],
        "regularisation": strength,
        "temperature": temperature,
        "backbone": f"{served.name} {served.version}",
        "comparison": {
            **{name: value for name, value in asdict(found).items() if name not in {"first", "second"}},
            "site": found.first,
            "server": found.second,
            "server_model": f"{served.name} {served.version}",
            "server_right": found.second_right,
            "is_better": found.is_better,
        },
    }


def _left_out(lessons: Lessons, truth: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return what heads say of photos that they were not fitted on, (N,)."""
    said = np.empty(len(truth), dtype=np.intp)
    folds = min(_FOLDS, len(set(lessons.groups.tolist())))
    fewest = int(np.bincount(truth).min())
    if fewest >= folds:
        split = StratifiedGroupKFold(folds, shuffle=True, random_state=0).split(
            lessons.features, truth, lessons.groups
        )
    else:
        split = GroupKFold(folds).split(lessons.features, groups=lessons.groups)
    for learned, left_out in split:
        head, _ = fit_head(lessons.at(learned))
        said[left_out] = head.logits(lessons.features[left_out]).argmax(axis=1)
    return said


def _mean(shares: list[Any]) -> float | None:
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None

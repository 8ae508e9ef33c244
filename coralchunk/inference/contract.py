"""Check a model's ONNX file against its manifest and against what this server asks of a model."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from coralchunk.errors.setup import BadModel
from coralchunk.inference.classifier import OUTPUT, SCENE_INPUT, WINDOWS_INPUT
from coralchunk.inference.manifest import Manifest
from coralchunk.inference.session import Session, open_session
from coralchunk.terms import OutputKind

_BYTES, _FLOATS = "tensor(uint8)", "tensor(float)"
_TOLERANCE: Final = 1e-3  # by which probabilities may miss the sum of 1
_SHOWN: Final = 300  # characters of a message of ONNX Runtime
_LEAST_STATES: Final = 3

Feeds = Mapping[str, NDArray[Any]]


def problems(onnx: bytes, manifest: bytes, scene_numbers: int) -> list[str]:
    """List in words what keeps a model from being used; an empty list if nothing does.

    manifest       the JSON file beside the ONNX file
    scene_numbers  how many statistics of a photo this server gives to a model that asks for them
    """
    try:
        described = Manifest.model_validate_json(manifest)
    except ValidationError as wrong:
        return [_fault(error) for error in wrong.errors(include_url=False)]
    found = list(_described(onnx, described))
    try:
        session = open_session(onnx, "The graph", has_wide_sums=False)
    except BadModel as wrong:
        return [*found, str(wrong)]
    shapes = [*_inputs(session, described, scene_numbers), *_outputs(session, described)]
    tried = shapes or list(_trial(session, described, scene_numbers))
    if not tried and described.at_once > 1:
        tried = list(_together(session, described, scene_numbers))
    return [*found, *tried]


def _fault(error: Any) -> str:  # noqa: ANN401 - pydantic's own description of an error
    place = ".".join(str(part) for part in error["loc"]) or "the manifest"
    given = f"; it is {error['input']!r}"[:80] if error["loc"] and error["type"] != "missing" else ""
    return f"Manifest, {place}: {error['msg']}{given}."


def _described(onnx: bytes, manifest: Manifest) -> Iterator[str]:
    found = hashlib.sha256(onnx).hexdigest()
    if found != manifest.sha256:
        yield f"Manifest, sha256: it is {manifest.sha256}, but the ONNX file has {found}."
    if manifest.sees == "chunk" and not manifest.classifies_coral and len(manifest.labels) <= _LEAST_STATES:
        yield (
            f"Manifest, labels: {', '.join(manifest.labels)}. A model of chunks answers bleached, healthy,"
            " not coral, in this order. `coralchunk models map` maps the labels of a network to these."
        )


def _inputs(session: Session, manifest: Manifest, scene_numbers: int) -> Iterator[str]:
    side = manifest.preprocessing.input_px
    expected: dict[str, tuple[str, tuple[int | None, ...]]] = {WINDOWS_INPUT: (_BYTES, (None, side, side, 3))}
    if manifest.preprocessing.scene:
        expected[SCENE_INPUT] = (_FLOATS, (scene_numbers,))
    given = {node.name: node for node in session.get_inputs()}
    for name in sorted(given.keys() - expected.keys()):
        hint = ' if it is the statistics of the photo, set "scene": true' if name == SCENE_INPUT else ""
        yield f"Graph, input {name}: this server has nothing to give to it{hint and ';' + hint}."
    for name, (kind, shape) in expected.items():
        yield from _tensor("input", name, given.get(name), kind, shape)


def _outputs(session: Session, manifest: Manifest) -> Iterator[str]:
    given = {node.name: node for node in session.get_outputs()}
    yield from _tensor("output", OUTPUT, given.get(OUTPUT), _FLOATS, (None, len(manifest.labels)))
    for name in manifest.embedding:
        if name not in given:
            yield f"Manifest, embedding: the graph has no output {name}; it has {', '.join(sorted(given))}."


def _tensor(what: str, name: str, node: Any, kind: str, shape: tuple[int | None, ...]) -> Iterator[str]:  # noqa: ANN401 - ONNX Runtime's
    if node is None:
        yield f"Graph: it has no {what} {name}."
        return
    if node.type != kind:
        yield f"Graph, {what} {name}: it is {node.type}, and must be {kind}."
    sides = list(node.shape)
    wanted = " x ".join("N" if side is None else str(side) for side in shape)
    fits = len(sides) == len(shape) and all(
        not isinstance(side, int) or side == (1 if expected is None else expected)
        for side, expected in zip(sides, shape, strict=True)
    )
    if not fits:
        yield f"Graph, {what} {name}: its shape is {' x '.join(map(str, sides))}, and must be {wanted}."


class _NotRun(Exception):
    """A graph cannot be run; the message says why, in ONNX Runtime's words."""


def _run(
    session: Session, manifest: Manifest, scene_numbers: int, windows: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Return the probabilities of windows, with the statistics of any photo. Raises _NotRun."""
    feeds: dict[str, NDArray[Any]] = {WINDOWS_INPUT: windows}
    if manifest.preprocessing.scene:
        feeds[SCENE_INPUT] = np.linspace(0, 1, scene_numbers, dtype=np.float32)
    try:
        return session.run([OUTPUT], feeds)[0]
    # ONNX Runtime's own exceptions share no base class below Exception; this is the border to it.
    except Exception as failure:
        raise _NotRun(" ".join(str(failure).split())[:_SHOWN]) from failure


def _trial(session: Session, manifest: Manifest, scene_numbers: int) -> Iterator[str]:
    """Run the graph on a black, a white and a noisy window, the last one twice."""
    random, side = np.random.default_rng(0), manifest.preprocessing.input_px
    noise = random.integers(0, 256, (1, side, side, 3), dtype=np.uint8)
    pictures = {"black": np.zeros_like(noise), "white": np.full_like(noise, 255), "noisy": noise}
    answers = {}
    for name, picture in (*pictures.items(), ("noisy again", noise)):
        try:
            answers[name] = _run(session, manifest, scene_numbers, picture)
        except _NotRun as failure:
            yield f"Graph: it cannot be run on a {name} window: {failure}."
            return
    yield from _answers(answers, manifest)


def _answers(answers: Mapping[str, NDArray[np.float32]], manifest: Manifest) -> Iterator[str]:
    is_share = manifest.output is not OutputKind.REGRESSION
    for name, said in answers.items():
        values = ", ".join(f"{value:.3g}" for value in said.ravel()[:_LEAST_STATES])
        expected = (1, len(manifest.labels))
        if said.shape != expected:
            yield f"Graph, {OUTPUT}: of a {name} window its shape is {said.shape}, and must be {expected}."
        elif not np.isfinite(said).all():
            yield f"Graph, {OUTPUT}: of a {name} window it gives {values}, which are no finite numbers."
        elif is_share and (said.min() < -_TOLERANCE or said.max() > 1 + _TOLERANCE):
            yield (
                f"Graph, {OUTPUT}: of a {name} window it gives {values}, which are not between 0 and 1."
                " Does the graph lack a softmax or sigmoid?"
            )
        elif manifest.output is OutputKind.MULTI_CLASS and abs(float(said.sum()) - 1) > _TOLERANCE:
            yield (
                f"Graph, {OUTPUT}: of a {name} window the sum is {said.sum():.3f}, and must be 1. If several"
                ' labels can be true at once, set "output": "multi_label".'
            )
        else:
            continue
        return
    if not np.array_equal(answers["noisy"], answers["noisy again"]):
        yield "Graph: two runs on one window differ. Was it exported in training mode, with dropout?"


def _together(session: Session, manifest: Manifest, scene_numbers: int) -> Iterator[str]:
    """Compare the answers for some windows given at once with those for each alone."""
    count, side = manifest.at_once, manifest.preprocessing.input_px
    windows = np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    try:
        alone = [_run(session, manifest, scene_numbers, window[np.newaxis]) for window in windows]
        together = _run(session, manifest, scene_numbers, windows)
    except _NotRun as failure:
        yield (
            f"Manifest, at_once: the graph cannot be run on {count} windows at once: {failure}. Set it to 1."
        )
        return
    if not np.array_equal(np.concatenate(alone), together):
        yield (
            f"Manifest, at_once: the answers for {count} windows at once differ from those for each alone."
            " Set it to 1."
        )

"""coralchunk models map: make a model of chunks from a network that classifies pictures."""

import hashlib
from pathlib import Path
from typing import Any, Final

import click
import numpy as np
from pydantic import ValidationError
from typing_extensions import override

from coralchunk.cli.evaluate import measure
from coralchunk.config import Settings
from coralchunk.errors.networks import BadNetwork
from coralchunk.errors.setup import BadModel
from coralchunk.inference.classifier import Classifier
from coralchunk.inference.manifest import Calibration, Manifest, Preprocessing, Thresholds
from coralchunk.networks.chunk_graph import chunk_graph, square_picture
from coralchunk.networks.feeding import Recipe
from coralchunk.networks.preprocessing import Preprocessing as NetworkPreprocessing
from coralchunk.pipeline.worker.network_cache import recipe_of
from coralchunk.storage.model_repository import open_model_repository
from coralchunk.terms import CHUNK_PX, CLASSES, State

_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
_STATES: Final = {state.value.replace(" ", "_"): state for state in CLASSES}


class _Mapped(click.ParamType[tuple[str, State]]):
    """LABEL=STATE."""

    name = "label=state"

    @override
    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, State]:
        label, _, state = str(value).rpartition("=")
        if not label or state not in _STATES:
            self.fail(f"{value!r}: write LABEL=STATE; STATE is one of {', '.join(_STATES)}", param, ctx)
        return label, _STATES[state]


@click.command("map")
@click.argument("network", type=_FILE)
@click.option("--preprocessing", type=_FILE, required=True, help="JSON file, as in docs/deepomatic.md.")
@click.option("--mean", type=_FILE, help="The mean file that the preprocessing names.")
@click.option("--output", help="The tensor with the scores; may be left out if there is only one.")
@click.option(
    "--label",
    "labels",
    type=_Mapped(),
    multiple=True,
    required=True,
    help="LABEL=STATE: what a label of the network means; once for each of its scores, in their order.",
)
@click.option("--name", required=True, help="Name of the new model: small letters, digits and dashes.")
@click.option("--version", "version", default="1.0.0", show_default=True, help="Its version.")
@click.option("--licence", default="not stated", show_default=True, help="The network's licence.")
@click.option(
    "--check",
    "source",
    type=click.Path(exists=True, path_type=Path),
    required=True,
    help="Labelled photos to measure it on, as `coralchunk evaluate` takes them.",
)
@click.option(
    "--least",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="Balanced accuracy that it must reach to be installed; chance reaches 0.33.",
)
@click.option("--unsure-below", type=click.FloatRange(0, 1), default=0.5, show_default=True)
@click.pass_obj
def map_network(settings: Settings, /, network: Path, **given: Any) -> None:  # noqa: ANN401 - click hands them in
    """Make a model of chunks from NETWORK, an ONNX file that classifies pictures, and install it.

    Each of its labels is mapped to bleached, healthy or not_coral. It is measured first, and installed only
    if it is good enough; V1 uses it with CORALCHUNK_MODEL, CoralNet's API lists it.
    """
    content = network.read_bytes()
    recipe = _recipe(content, given["preprocessing"], given["mean"])
    states = [state for _, state in given["labels"]]
    onnx = chunk_graph(content, recipe, _output(recipe, given["output"]), states)
    manifest = _manifest(onnx, recipe, given)
    classifier = Classifier(onnx, manifest)
    _try(classifier, len(states))
    found = measure(classifier, given["source"], settings)
    accuracy = found["balanced_accuracy"]
    if accuracy is None or accuracy < given["least"]:
        raise BadModel(
            f"{given['name']} reaches a balanced accuracy of {accuracy} on {given['source']}; it is installed"
            f" from {given['least']} on (--least). Is the mapping of its labels right?"
        )
    figures = {
        f"checked on {given['source'].name}: {key}": found[key] for key in ("squares", "balanced_accuracy")
    }
    measured = manifest.model_copy(update={"figures": figures})
    repository = open_model_repository(settings)
    model = repository.add(onnx, measured.model_dump_json(indent=2).encode(), str(network.resolve()))
    click.echo(f"Installed {model.label}. Use it with CORALCHUNK_MODEL={model.label}.")


def _try(classifier: Classifier, labels: int) -> None:
    try:
        classifier.probabilities([np.zeros((CHUNK_PX, CHUNK_PX, 3), dtype=np.uint8)], np.zeros(0, np.float32))
    # ONNX Runtime's own exceptions share no base class below Exception; this is the border to it.
    except Exception as failure:
        raise BadModel(
            f"{classifier.manifest.name} cannot be run; does it give exactly {labels} scores, one for each"
            f" --label? ({' '.join(str(failure).split())[:300]})"
        ) from failure


def _recipe(content: bytes, preprocessing: Path, mean: Path | None) -> Recipe:
    try:
        parsed = NetworkPreprocessing.model_validate_json(preprocessing.read_bytes())
    except ValidationError as wrong:
        raise BadModel(f"{preprocessing} is no preprocessing: {wrong}") from None
    return recipe_of(content, parsed, {} if mean is None else {mean.name: mean.read_bytes()})


def _output(recipe: Recipe, wanted: str | None) -> str:
    names = recipe.graph.output_names
    if wanted is None and len(names) > 1:
        raise BadNetwork(f"it has {len(names)} outputs; choose one with --output: {', '.join(names)}")
    return wanted or names[0]


def _manifest(onnx: bytes, recipe: Recipe, given: dict[str, Any]) -> Manifest:
    side = square_picture(recipe).size.width
    told = ", ".join(f"{label} as {state}" for label, state in given["labels"])
    try:
        return Manifest(
            name=given["name"],
            version=given["version"],
            sha256=hashlib.sha256(onnx).hexdigest(),
            licence=given["licence"],
            labels=tuple(CLASSES),
            preprocessing=Preprocessing(input_px=side, resize="area" if side < CHUNK_PX else "linear"),
            thresholds=Thresholds(unsure_below=given["unsure_below"]),
            calibration=Calibration(method=f"none; mapped: {told}", temperature=1.0, fitted_on="nothing"),
            training_data=(),
            figures={},
        )
    except ValidationError as wrong:
        raise BadModel(f"This model cannot be described: {wrong}") from None

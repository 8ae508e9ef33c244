"""Measure photos anew, with the labels that people gave to chunks in place of the model's."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from coralchunk.errors import UnknownModel
from coralchunk.inference.manifest import Manifest
from coralchunk.pipeline.steps.summary import counts_and_figures
from coralchunk.science.photo_resampling import Areas
from coralchunk.storage.model_repository import ModelRepository
from coralchunk.storage.rows.corrections import Correction
from coralchunk.terms import CORAL, LABELS, Chunk, Prediction, State

_STATES: Final = {label: state for state, label in LABELS.items()}


def corrected_predictions(chunks: bytes, labels: Mapping[int, State]) -> list[Prediction]:
    """Read the chunks of a result; those with a label take it instead of the model's.

    chunks  JSON array, as a completed job has it
    labels  by number of the chunk
    """
    return [
        Prediction(
            Chunk(chunk["x"], chunk["y"], chunk["width"], chunk["height"]),
            labels.get(number, _STATES[chunk["predicted_label"]]),
            (0.0, 0.0, 0.0),
            chunk.get("seen_px"),
        )
        for number, chunk in enumerate(json.loads(chunks))
    ]


def corrected_figures(
    predictions: Sequence[Prediction], model: Mapping[str, str], models: ModelRepository
) -> dict[str, Any]:
    """Return the counts and figures of a photo. The intervals include the errors of its model."""
    across = sum(prediction.chunk.y == 0 for prediction in predictions)
    return counts_and_figures(predictions, across, _manifest(model, models))


def labels_of(corrected: Sequence[Correction]) -> Mapping[int, State]:
    """Return the labels that people gave, by the number of the chunk."""
    return {one.chunk: State(one.label) for one in corrected}


def areas_of(predictions: Sequence[Prediction]) -> Areas:
    """Return what a survey takes from a photo."""
    px = dict.fromkeys(State, 0)
    for prediction in predictions:
        px[prediction.state] += prediction.area_px
    coral = px[State.BLEACHED] + px[State.PARTLY] + px[State.HEALTHY]
    coral_chunks = sum(one.state in CORAL for one in predictions)
    bleached = px[State.BLEACHED] + px[State.PARTLY] // 2
    return Areas(bleached, coral, coral + px[State.NOT_CORAL], coral_chunks)


def _manifest(model: Mapping[str, str], models: ModelRepository) -> Manifest | None:
    try:
        return models.manifest(models.find(f"{model['name']}-{model['version']}"))
    except UnknownModel:
        return None

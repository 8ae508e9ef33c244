"""Count the chunks of a photo by state, and measure its cover."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from coralchunk.inference.manifest import Manifest
from coralchunk.pipeline.steps.measured_model import stated_errors
from coralchunk.science.cover import cover, figures
from coralchunk.terms import Prediction, State


def counts_and_figures(
    classified: Sequence[Prediction], across: int, manifest: Manifest | None
) -> dict[str, Any]:
    """Return the counts and the figures of a photo, as answers tell them.

    across    chunks in a row
    manifest  of the model; None if it is no longer installed, whose errors are then not in the intervals
    """
    errors = None if manifest is None else stated_errors(manifest)
    counted = Counter(prediction.state for prediction in classified)
    # A fixed seed: a job that is finished twice must give the same bytes.
    measured = cover(classified, across, np.random.default_rng(0), errors)
    partly = counted[State.PARTLY]
    return {
        "bleached_chunks": counted[State.BLEACHED],
        "healthy_chunks": counted[State.HEALTHY],
        "not_coral_chunks": counted[State.NOT_CORAL],
        "unsure_chunks": counted[State.UNSURE],
        "no_data_chunks": counted[State.NO_DATA],
        **({"partly_bleached_chunks": partly} if partly else {}),  # no model says so, only people do
        "total_chunks": len(classified),
        **figures(measured),
    }

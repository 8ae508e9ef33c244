"""Read from a model's manifest how often it is right, and how the chunks of a photo refine each other."""

from coralchunk.inference.manifest import Manifest
from coralchunk.science.model_error import Abstention, ErrorRates, ModelErrors, Rate
from coralchunk.science.neighbours import Neighbourhood


def stated_errors(manifest: Manifest) -> ModelErrors | None:
    """Return the error rates that a manifest states; None if it states none."""
    known = manifest.errors
    if known is None:
        return None
    coral, bleached = (
        None if ratio is None else Abstention(*ratio)
        for ratio in (known.coral_abstention, known.bleached_abstention)
    )
    return ModelErrors(
        ErrorRates(Rate(*known.coral_sensitivity), Rate(*known.coral_specificity), coral),
        ErrorRates(Rate(*known.bleached_sensitivity), Rate(*known.bleached_specificity), bleached),
    )


def stated_neighbourhood(manifest: Manifest) -> Neighbourhood | None:
    """Return how the chunks of a photo refine each other; None if each stands for itself alone."""
    known = manifest.neighbours
    return None if known is None else Neighbourhood(known.weight, known.largest, known.temperature)

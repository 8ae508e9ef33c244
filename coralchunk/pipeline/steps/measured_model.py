"""Use what a model's manifest states: how often it is right, and how chunks refine each other."""

from coralchunk.arrays import Probabilities
from coralchunk.imaging.grid import columns
from coralchunk.inference.manifest import Manifest
from coralchunk.science.model_error import Abstention, ErrorRates, ModelErrors, Rate
from coralchunk.science.neighbours import Neighbourhood, refined
from coralchunk.terms import Size


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


def refined_as_stated(probabilities: Probabilities, size: Size, manifest: Manifest) -> Probabilities:
    """Refine the chunks of a photo by their neighbours, if the manifest of their model states how.

    probabilities  (N, 3), of all chunks of the photo, row by row; NaN for those without data
    """
    known = manifest.neighbours
    if known is None:
        return probabilities
    how = Neighbourhood(known.weight, known.largest, known.temperature)
    return refined(probabilities, columns(size), how)

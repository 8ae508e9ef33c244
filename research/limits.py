"""Limits and scales of what the network sees, in torch and in the graph that is served."""

from typing import Final

COARSER: Final = 4  # pixels averaged each way before saturation is taken: noise is colourful
LEAST_SPREAD: Final = 0.03  # a photo of one colour has no spread to divide by
LEAST_STEP: Final = 1e-4  # between two quantiles
LEAST_LIGHT: Final = 0.02  # of a colour whose logarithm is taken
FARTHEST: Final = 3.0  # spreads from the photo's mean beyond which pixels are alike
SCALE: Final = 0.5
COLOUR_LARGEST: Final = 4.0
EPSILON: Final = 1e-6
STEEPNESS: Final = 20.0  # of the fade to a third each around the distance `far`

"""Describe what answers tell of the printed colour card in a photo."""

from typing import Annotated

from pydantic import ConfigDict, Field

from coralchunk.api.bodies import BodyModel


class _Body(BodyModel):
    model_config = ConfigDict(extra="forbid")


class ColourError(_Body):
    """Mean distance of the card's coloured patches from their printed colours, in CIELAB (CIE 1976)."""

    before: Annotated[float, Field(ge=0)]
    after: Annotated[float, Field(ge=0, description="Of the white balance")]


class WhiteBalance(_Body):
    """Factors of the linear light of each channel that make the card's greys grey."""

    red: Annotated[float, Field(gt=0)]
    green: Annotated[float, Field(gt=0)]
    blue: Annotated[float, Field(gt=0)]


class Areas(_Body):
    """Areas in square centimetres, as if the reef lay in the plane of the card."""

    classified: Annotated[float, Field(ge=0, description="Coral and not coral")]
    coral: Annotated[float, Field(ge=0)]
    bleached: Annotated[float, Field(ge=0)]


class ColourCard(_Body):
    """What the printed colour card in a photo measures. Classification does not use it."""

    markers: Annotated[int, Field(ge=3, le=4, description="Seen, of its four")]
    corners: list[list[float]] = Field(
        description="x and y of its corners in px, clockwise from its top left; may lie outside the photo"
    )
    px_per_cm: Annotated[float, Field(gt=0, description="At the centre of the card")]
    tilt_degrees: Annotated[float, Field(ge=0, le=90, description="Between the card and the picture")]
    white_balance: WhiteBalance | None = Field(
        description="Null if fewer than four of its greys are seen neither black nor overexposed"
    )
    colour_error: ColourError | None
    area_cm2: Areas | None = Field(description="Null if the card is tilted by more than 15 degrees")
    area_reason: str | None = Field(description="Why there are no areas")

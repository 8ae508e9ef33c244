"""Describe a model: the JSON file beside its ONNX file."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from coralchunk.terms import CLASSES, OutputKind

Label = Annotated[str, Field(min_length=1, max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Preprocessing(_Part):
    """How a window becomes the network's input; everything after the resize happens inside the graph."""

    input_px: Annotated[int, Field(ge=32, le=1024)]  # side of the square that the graph takes
    #: How the window is scaled to input_px: by the mean of the area under each pixel, or by the four pixels
    #: nearest to its centre, which takes a sixth of the time.
    resize: Literal["area", "linear"]
    scene: bool = False  # whether the graph takes the photo's statistics as a second input


class Thresholds(_Part):
    """Where the model's word stops counting."""

    unsure_below: Annotated[float, Field(ge=0, le=1)]  # largest probability under this: unsure
    #: Beyond this distance from all training patches the graph fades its probabilities to a third each,
    #: which is under `unsure_below`; null for a model that cannot tell.
    far_beyond: Annotated[float, Field(gt=0)] | None = None


class Calibration(_Part):
    """How the probabilities were made to mean what they say."""

    method: str
    temperature: Annotated[float, Field(gt=0)]  # already applied inside the graph
    #: Added to the log probabilities of each class, inside the graph too: how common it is outside training.
    shift: tuple[float, ...] = ()
    fitted_on: str


Beta = tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]]

Ratio = tuple[float, Annotated[float, Field(gt=0)]]


class Errors(_Part):
    """How often answered chunks are right, from site to site: beta distributions, right and wrong."""

    coral_sensitivity: Beta  # of coral, called coral
    coral_specificity: Beta  # of everything else, not called coral
    bleached_sensitivity: Beta  # of bleached coral that is called coral, called bleached
    bleached_specificity: Beta  # of everything else that is called coral, called healthy
    #: Mean and spread of the log odds ratio of coral, and of bleached among coral, in chunks that the model
    #: is unsure of, compared with those that it answers; null: unsure chunks are taken to be like the others.
    coral_abstention: Ratio | None = None
    bleached_abstention: Ratio | None = None
    measured_on: str


class Neighbours(_Part):
    """How the answers for a photo's chunks refine each other once all are there, see science.neighbours."""

    weight: Annotated[float, Field(ge=0, le=100)]  # of the mean log odds of the chunks around a chunk
    largest: Annotated[float, Field(gt=0, le=100)]  # log odds of a neighbour beyond this count as this
    temperature: Annotated[float, Field(gt=0, le=100)]  # divides the sum
    fitted_on: str


class Source(_Part):
    """One collection of photos that the model learned from."""

    name: str
    photos: int
    licence: str
    labelled_by: str


class Manifest(_Part):
    """A model's identity, use, origin and measured worth. Immutable: a change is a new version."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[str, Field(pattern=r"^\d+(\.\d+\.\d+)?$")]  # 1.2.0; of a trained one a number alone
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]  # of the ONNX file
    licence: str
    labels: Annotated[tuple[Label, ...], Field(min_length=1, max_length=1000)]  # the graph's columns
    output: OutputKind = OutputKind.MULTI_CLASS
    #: What one window shows: a chunk of a photo, or the whole picture.
    sees: Literal["chunk", "picture"] = "chunk"
    #: Tensors of the graph that describe a window before the heads, (N, C) or (N, C, 1, 1) each: what new
    #: classifiers are trained on. Of the scene they use at most the means and spreads of colours, the first
    #: six numbers. Empty: the poolings of the feature maps that do not depend on the scene.
    embedding: tuple[str, ...] = ()
    preprocessing: Preprocessing
    #: How many windows the graph is given at once. More than 1 saves time, and is allowed if the answer for a
    #: window is the same, bit for bit, whichever others it comes with.
    at_once: Annotated[int, Field(ge=1, le=64)] = 1
    thresholds: Thresholds
    calibration: Calibration
    #: Taken into account by the intervals of cover; null: they hold the variation within the photo alone.
    errors: Errors | None = None
    #: Null: each chunk of a photo is classified by itself alone.
    neighbours: Neighbours | None = None
    #: Whether the graph came from a user: it runs in a process of its own, with the limits of networks.
    sandboxed: bool = False
    training_data: tuple[Source, ...]
    figures: dict[str, float | int | str | None]  # measured, each named for what and where

    @model_validator(mode="after")
    def _known_order(self) -> Self:
        # A model of chunks with the columns of another order would call healthy coral bleached.
        if self.sees == "chunk" and set(self.labels) == set(CLASSES) and self.labels != tuple(CLASSES):
            raise ValueError(f"the states of coral are in the order {', '.join(CLASSES)}")
        return self

    @property
    def classifies_coral(self) -> bool:
        """Whether its columns are the states of coral, as the V1 API needs them."""
        return self.labels == tuple(CLASSES) and self.output is OutputKind.MULTI_CLASS

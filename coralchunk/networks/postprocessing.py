"""Describe what a network's outputs mean: labels of a specification, and the tensors that score them."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from coralchunk.networks.preprocessing import Part

_Name = Annotated[str, Field(min_length=1, max_length=500)]
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Thresholds = Annotated[list[_Share], Field(max_length=100_000)] | None


class Roi(StrEnum):
    """What a label applies to."""

    NONE = "NONE"  #: the whole picture
    BBOX = "BBOX"  #: a rectangle in it


class Label(Part):
    """One thing that can be recognised; its number is chosen by its owner."""

    id: Annotated[int, Field(ge=-(2**31), lt=2**31)]
    name: _Name


class Labels(Part):
    """The labels of one output."""

    labels: Annotated[list[Label], Field(min_length=1, max_length=100_000)]
    exclusive: bool
    roi: Roi

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for what, values in (
            ("id", [label.id for label in self.labels]),
            ("name", [label.name for label in self.labels]),
        ):
            if len(set(values)) != len(values):
                raise ValueError(f"each {what} of a label may be there once")
        return self

    @property
    def default_threshold(self) -> float:
        """The threshold of every label where a version gives none."""
        if self.roi is Roi.BBOX:
            return 0.8
        return 0.025 if self.exclusive else 0.5


class Output(Part):
    """One output of a specification."""

    labels: Labels


class ClassificationOutput(Part):
    """One score a label, as the graph gives them: it ends in a softmax or a sigmoid."""

    output_tensor: _Name
    thresholds: _Thresholds = None


class DirectOutput(Part):
    """Boxes as ymin, xmin, ymax, xmax, as in TensorFlow's Object Detection API; classes are label ids."""

    boxes_tensor: _Name
    scores_tensor: _Name
    classes_tensor: _Name


class AnchoredOutput(Part):
    """Anchors, and for each of them and each label a score and an offset; the background comes first."""

    anchors_tensor: _Name
    scores_tensor: _Name
    offsets_tensor: _Name


class YoloOutput(Part):
    """The grid of YOLO v2; anchors are width, height, width, height, ... in grid cells."""

    output_tensor: _Name
    anchors: Annotated[list[Annotated[float, Field(gt=0, le=1e6)]], Field(min_length=2, max_length=200)]

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if len(self.anchors) % 2:
            raise ValueError("anchors are pairs of width and height; there is one number too few")
        return self


class Detection(Part):
    """Rectangles with labels, in one of three forms."""

    direct_output: DirectOutput | None = None
    anchored_output: AnchoredOutput | None = None
    yolo_output: YoloOutput | None = None
    thresholds: _Thresholds = None
    nms_threshold: _Share = 0.3
    discard_threshold: _Share = 0.0
    normalize_wrt_tensor: Annotated[str, Field(max_length=500)] = ""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = (self.direct_output, self.anchored_output, self.yolo_output)
        if sum(form is not None for form in forms) != 1:
            raise ValueError("give exactly one of: direct_output, anchored_output, yolo_output")
        return self


class PostProcessing(Part):
    """How one output of a specification is read from the network's tensors."""

    classification: ClassificationOutput | None = None
    detection: Detection | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.classification is None) == (self.detection is None):
            raise ValueError("give exactly one of: classification, detection")
        return self

    @property
    def thresholds(self) -> list[float] | None:
        """The threshold of each label, or None for the defaults."""
        kind = self.classification or self.detection
        return None if kind is None else kind.thresholds

    @property
    def tensors(self) -> list[str]:
        """The outputs of the network that are read."""
        if self.classification is not None:
            return [self.classification.output_tensor]
        detection = self.detection
        if detection is None:
            return []
        if detection.yolo_output is not None:
            return [detection.yolo_output.output_tensor]
        form = detection.direct_output or detection.anchored_output
        return [] if form is None else [str(name) for name in form.model_dump().values()]

    @property
    def size_tensor(self) -> str | None:
        """The tensor with height and width by which boxes are divided: an output or an input, if any."""
        return (self.detection.normalize_wrt_tensor or None) if self.detection is not None else None


class PostProcessings(Part):
    """The post-processings of a version, one for each output of its specification, in the same order."""

    post_processings: Annotated[list[PostProcessing], Field(min_length=1, max_length=64)]


class Outputs(Part):
    """The outputs of a specification."""

    outputs: Annotated[list[Output], Field(min_length=1, max_length=64)]

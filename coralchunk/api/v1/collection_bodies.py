"""Describe the bodies of collections of labelled images."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from coralchunk.api.bodies import BodyModel
from coralchunk.api.schemas import Count, Share

Id = Annotated[str, Field(description="A version-4 UUID")]
Number = Annotated[int, Field(ge=1, lt=2**31, description="Of a version: 1, 2, 3 and so on")]


class _Body(BodyModel):
    model_config = ConfigDict(extra="forbid")


class _Sent(BodyModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NewCollection(_Sent):
    """A collection that is to be made."""

    name: str
    type: Literal["multi_class", "multi_label", "regression"] = Field(
        "multi_class", description="One label an image, any number of labels, or a number for each label"
    )
    description: str | None = None


class NewLabelName(_Sent):
    """A label that a collection is to have."""

    name: str


class Relabelling(_Sent):
    """Which label an image gets."""

    label_id: Id
    from_label_id: Id | None = Field(
        None, description="The label that it loses; where one label holds it loses all others anyway"
    )


class ChosenVersion(_Sent):
    """The version that is to answer."""

    number: Number


class NetworkModel(_Sent):
    """A version of your own network that is to classify chunks."""

    version_id: int = Field(
        description="A version of /v0.7/recognition/versions that classifies whole pictures"
    )
    states: list[Literal["bleached", "healthy", "not_coral"]] = Field(
        description="What each label of the version means, in their order"
    )


class LabelledImageForm(_Body):
    """A form with an image and its label."""

    image: Annotated[str, Field(json_schema_extra={"type": "string", "format": "binary"})]
    label_id: Id


class TriedImages(_Body):
    """A form with images that are to be classified."""

    image: Annotated[
        str,
        Field(
            json_schema_extra={"type": "string", "format": "binary"},
            description="A file; repeated for several images",
        ),
    ]
    version: Number | None = Field(None, description="The version that answers unless another is named")


class CollectionLabel(_Body):
    """A label, and how many images have it."""

    id: Id
    name: str
    images: Count
    is_negative: bool = Field(description="Whether it is the label of images that have none of the others")


class CollectionTraining(_Body):
    """How the last training went."""

    state: Literal["none", "training", "trained", "failed"]
    progress: Share = Field(description="Share of the training that is done")
    error: str | None = Field(description="Why it failed")


class CollectionVersion(_Body):
    """A version of a collection's classifier."""

    id: Id
    number: Number
    state: Literal["training", "ready", "failed"]
    error: str | None
    sees: Literal["picture", "chunk"] = Field(description="`chunk` if it was made for photos of a site")
    model: str | None = Field(description="What V1 uploads name as `model`, if it may be used for them")
    labels: list[str] = Field(description="In the order of `figures.confusion`")
    figures: dict[str, Any] = Field(
        description="Measured on images that were left out: accuracy, precision, recall, confusion (rows: the"
        " label they have), reliability. `comparison`: with the server's model on the same chunks"
    )
    created_at: float = Field(description="Unix seconds")


class CollectionOverview(_Body):
    """A collection in a list."""

    id: Id
    name: str
    type: Literal["multi_class", "multi_label", "regression"]
    made_by: Literal["task", "training_set"] = Field(description="`training_set`: API Torch lists it")
    description: str
    training: CollectionTraining
    current_version: Number | None = Field(description="The version that answers")
    created_at: float = Field(description="Unix seconds")


class CollectionList(_Body):
    """The collections of a user, oldest first."""

    collections: list[CollectionOverview]


class CollectionResponse(CollectionOverview):
    """A collection with its labels and the versions of its classifier."""

    labels: list[CollectionLabel]
    versions: list[CollectionVersion]
    min_images: Count = Field(description="Images that a label needs to be trained on")


class LabelledImage(_Body):
    """An image of a collection."""

    id: Id
    width: Count = Field(description="Pixels, of the copy that is kept")
    height: Count
    thumbnail: str = Field(description="Address on this server, valid for a day")
    metadata: dict[str, Any]
    created_at: float = Field(description="Unix seconds")


class LabelledImages(_Body):
    """Images of a label, oldest first."""

    images: list[LabelledImage]
    after: Id | None = Field(description="Sent as `after`, it gives the next page; null on the last one")


class TriedLabel(_Body):
    """A label and its probability, or its value."""

    id: str
    name: str
    number: float = Field(description="Probability, or value in a collection of type `regression`")


class TriedImage(_Body):
    """What a version says of an image, or why it says nothing."""

    width: Count
    height: Count
    labels: list[TriedLabel] = Field(description="Most probable first; values in the order of the labels")
    error: str | None


class TriedResponse(_Body):
    """What a version says of images, in their order."""

    version: Number
    images: list[TriedImage]


class CollectedCorrections(CollectionResponse):
    """The collection of a user's corrections."""

    corrections: Count = Field(description="How many are in it")

"""Describe the answers of CoralNet's deploy API; /openapi.json publishes these models."""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from coralchunk.api.coralnet.errors import Body
from coralchunk.pipeline.points.point_job import ClassifiedImage, ClassifiedImages

Count = Annotated[int, Field(ge=0)]


class TokenGiven(Body):
    """A new token, for everything that its user may do."""

    token: Annotated[str, Field(pattern=r"^ck[0-9a-f]{40}$")]


class KnownLabel(Body):
    """What a classifier can say."""

    label_id: int
    label_code: str
    label_name: str


class ClassifierAttributes(Body):
    """All versions of a model that has one name."""

    name: str
    version: str = Field(description="The one that classifies")
    versions: list[str] = Field(description="Oldest first")
    labels: list[KnownLabel]


class ListedClassifier(Body):
    """A classifier and its number."""

    type: Literal["classifier"] = "classifier"
    id: str
    attributes: ClassifierAttributes


class Classifiers(Body):
    """The classifiers, by number."""

    data: list[ListedClassifier]


class JobAttributes(Body):
    """How far a job is, in photos."""

    successes: Count
    failures: Count
    total: Count
    status: Literal["Pending", "In Progress"]


class ListedJob(Body):
    """A job that is not finished."""

    type: Literal["job"] = "job"
    id: str
    attributes: JobAttributes


class DeployStatus(Body):
    """How far a job is that is not finished."""

    data: list[ListedJob]


class PublishedResult(Body):
    """The result as CoralNet has published it."""

    data: ClassifiedImages


class LiveImage(Body):
    """A photo as CoralNet's live server has it."""

    type: Literal["image"] = "image"
    id: str = Field(description="Its address")
    attributes: ClassifiedImage


class LiveResult(Body):
    """The result as CoralNet's live server gives it."""

    data: list[LiveImage]


class DeployResult(RootModel[PublishedResult | LiveResult]):
    """The photos in the order given; each has points with up to five labels, best first, or errors."""

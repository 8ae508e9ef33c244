"""Describe the answers of CoralNet's deploy API; /openapi.json publishes these models."""

from typing import Annotated, Literal

from pydantic import Field, RootModel

from coralchunk.api.coralnet.errors import Body
from coralchunk.pipeline.points.point_job import ClassifiedImage, ClassifiedImages

Count = Annotated[int, Field(ge=0)]


class TokenGiven(Body):
    """A new token with all scopes of its user."""

    token: Annotated[str, Field(pattern=r"^ck[0-9a-f]{40}$")]


class KnownLabel(Body):
    """A label of a classifier."""

    label_id: int
    label_code: str
    label_name: str


class ClassifierAttributes(Body):
    """All versions of the model with this name."""

    name: str
    version: str = Field(description="The version that classifies")
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
    """The progress of a job, in photos."""

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
    """The progress of an unfinished job."""

    data: list[ListedJob]


class PublishedResult(Body):
    """The result in the form that CoralNet has published."""

    data: ClassifiedImages


class LiveImage(Body):
    """A photo in the form of CoralNet's live server."""

    type: Literal["image"] = "image"
    id: str = Field(description="Its URL")
    attributes: ClassifiedImage


class LiveResult(Body):
    """The result in the form of CoralNet's live server."""

    data: list[LiveImage]


class DeployResult(RootModel[PublishedResult | LiveResult]):
    """The photos in the order given; each has points with up to five labels, best first, or errors."""

"""Describe the answers of Deepomatic's API; /openapi.json publishes these models."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from coralchunk.api.deepomatic.errors import Body
from coralchunk.recognition.inference import TaskState
from coralchunk.recognition.public_models import PublicSpecification
from coralchunk.recognition.versions import Version
from coralchunk.storage.rows.classifiers import Classifier
from coralchunk.storage.rows.networks import Network

Digits = Annotated[str, Field(pattern=r"^\d+$")]
Date = Annotated[str, Field(description="ISO 8601, UTC")]


class NetworkObject(Body):
    """A network."""

    id: int
    name: str
    description: str
    metadata: dict[str, Any]
    framework: str
    preprocessing: dict[str, Any]
    postprocessings: Any
    task_id: Digits | None = Field(description="The task of its trial run; wait for its success")
    create_date: Date
    update_date: Date


class ListedSpecification(Body):
    """A specification, without its outputs."""

    id: int
    name: str
    description: str
    metadata: dict[str, Any]
    current_version_id: int | None
    update_date: Date


class SpecificationObject(ListedSpecification):
    """A specification."""

    outputs: list[Any]


class ListedPublicSpecification(Body):
    """A specification that everybody may use, without its outputs."""

    id: str
    name: str
    description: str
    metadata: dict[str, Any]
    update_date: Date


class PublicSpecificationObject(ListedPublicSpecification):
    """A specification that everybody may use."""

    outputs: list[Any]


class ListedVersion(Body):
    """A version, without its post-processings."""

    id: int
    spec_id: int
    spec_name: str
    network_id: int
    network_name: str
    update_date: Date


class VersionObject(ListedVersion):
    """A version."""

    post_processings: list[Any]


class TaskObject(Body):
    """A task."""

    id: Digits
    status: Literal["pending", "success", "error"]
    error: str | None
    data: Any = Field(description="What was found; null until the task has succeeded")
    date_created: Date
    date_updated: Date
    subtasks: None = None


class InferenceStarted(Body):
    """The task that holds the answer once it is done."""

    task_id: Digits


class AccountObject(Body):
    """The user whose key was sent."""

    id: int
    name: str


class _Listing(Body):
    count: int
    next: str | None = Field(description="Address of the next page")
    previous: str | None = Field(description="Address of the page before")
    prev: str | None = Field(description="The same, as the client reads it")


class NetworkList(_Listing):
    """Some networks."""

    results: list[NetworkObject]


class SpecificationList(_Listing):
    """Some specifications."""

    results: list[ListedSpecification]


class PublicSpecificationList(_Listing):
    """The specifications that everybody may use."""

    results: list[ListedPublicSpecification]


class VersionList(_Listing):
    """Some versions."""

    results: list[ListedVersion]


class TaskList(_Listing):
    """The requested tasks that exist."""

    results: list[TaskObject]


def network_object(network: Network) -> NetworkObject:
    """Describe a network."""
    return NetworkObject(
        id=network.id,
        name=network.name,
        description=network.description,
        metadata=network.metadata,
        framework=network.framework,
        preprocessing=network.preprocessing,
        postprocessings=network.post_processings,
        task_id=None if network.job_id is None else str(network.job_id),
        create_date=date(network.created_at),
        update_date=date(network.updated_at),
    )


def specification_object(specification: Classifier) -> SpecificationObject:
    """Describe a specification."""
    return SpecificationObject(**_listed(specification), outputs=specification.outputs)


def listed_specification(specification: Classifier) -> ListedSpecification:
    """Describe a specification in a list."""
    return ListedSpecification(**_listed(specification))


def listed_public(public: PublicSpecification) -> ListedPublicSpecification:
    """Describe a specification that everybody may use in a list."""
    return ListedPublicSpecification(**_public(public))


def public_object(public: PublicSpecification) -> PublicSpecificationObject:
    """Describe a specification that everybody may use."""
    return PublicSpecificationObject(**_public(public), outputs=[public.output.model_dump(mode="json")])


def version_object(version: Version) -> VersionObject:
    """Describe a version."""
    listed = listed_version(version).model_dump()
    return VersionObject(**listed, post_processings=version.row.post_processing)


def listed_version(version: Version) -> ListedVersion:
    """Describe a version in a list."""
    return ListedVersion(
        id=version.row.id,
        spec_id=version.specification.id,
        spec_name=version.specification.name,
        network_id=version.network.id,
        network_name=version.network.name,
        update_date=date(version.row.created_at),
    )


def task_object(task: TaskState) -> TaskObject:
    """Describe a task."""
    job = task.job
    return TaskObject(
        id=str(job.id),
        status=task.status,
        error=job.error,
        data=task.data,
        date_created=date(job.created_at),
        date_updated=date(job.ended_at or job.created_at),
    )


def date(seconds: float) -> str:
    """Write Unix seconds as ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _public(public: PublicSpecification) -> dict[str, Any]:
    return {
        "id": public.id,
        "name": public.name,
        "description": public.description,
        "metadata": {},
        "update_date": date(public.updated_at),
    }


def _listed(specification: Classifier) -> dict[str, Any]:
    return {
        "id": specification.id,
        "name": specification.name,
        "description": specification.description,
        "metadata": specification.metadata,
        "current_version_id": specification.current_version_id,
        "update_date": date(specification.updated_at),
    }

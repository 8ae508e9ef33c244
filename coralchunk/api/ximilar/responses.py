"""Shape answers field by field, as Ximilar's client reads them and as /openapi.json describes them."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, RootModel

from coralchunk.api.ximilar.errors import Body, CallStatus

Count = Annotated[int, Field(ge=0)]
Uuid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
Time = Annotated[str, Field(description="ISO 8601, UTC")]


class Page(Body):
    """A part of a list."""

    count: Count = Field(description="Of all pages")
    next: str | None = Field(description="Address of the next page, if there is one")
    previous: str | None


class TaskBody(Body):
    """A task: labels whose images teach a classifier."""

    id: Uuid
    name: str
    type: Literal["multi_class", "multi_label", "regression"]
    description: str
    production_version: Count = Field(description="Of the version that answers; 0 before the first training")
    last_train_status: Literal["", "IN_TRAINING", "TRAINED", "FAILED"]
    last_train_error: str | None = Field(description="Why the last training failed")
    workspace: Uuid
    created: Time


class TaskPage(Page):
    """Tasks, oldest first."""

    results: list[TaskBody]


class TaskName(Body):
    """A task that a label belongs to."""

    id: Uuid
    name: str
    type: str


class LabelBody(Body):
    """A label: a category, a tag or a value."""

    id: Uuid
    name: str
    type: Literal["category", "tag", "value"]
    description: str
    output_name: str | None
    images_count: Count
    tasks_count: Count
    objects_count: Literal[0] = 0
    negative_for_task: Uuid | None = Field(description="The task in which it means: none of the others")
    recognition_tasks: list[TaskName] = Field(description="Only in the answer about one label")
    workspace: Uuid
    created: Time


class LabelPage(Page):
    """Labels, oldest first."""

    results: list[LabelBody]


class LabelWithValue(LabelBody):
    """A label that an image has."""

    value: float | None = Field(description="Of a label of type `value`, if it has one")


class ImageBody(Body):
    """A training image."""

    id: Uuid
    created: Time
    img_path: str = Field(description="Signed address of the file, good for a day without a token")
    thumb_img_path: str = Field(description="Address of a JPEG copy with at most 256 px a side")
    img_width: int
    img_height: int
    meta_data: dict[str, Any]
    test_image: bool
    real: bool
    verifyCount: Count  # noqa: N815 - the client's name
    workspace: Uuid
    labels: list[LabelWithValue]


class ImagePage(Page):
    """Training images, oldest first."""

    results: list[ImageBody]


class ChangedImages(Body):
    """How many training images were changed."""

    count: Count


class ModelBody(Body):
    """A version of a task's classifier."""

    id: Uuid
    task: Uuid
    task_name: str
    version: Count
    train_status: Literal["IN_TRAINING", "TRAINED", "FAILED"]
    accuracy: float | None = Field(description="On the fifth of the images that it was not trained of")
    precision: float | None = Field(description="Mean of the labels")
    recall: float | None = Field(description="Mean of the labels")
    figures: dict[str, Any] = Field(description="All that was measured")
    created: Time


class ModelPage(Page):
    """Versions of classifiers, oldest first."""

    results: list[ModelBody]


class FoundLabel(Body):
    """The prediction of a version for one label."""

    id: Uuid
    name: str
    prob: float | None = Field(default=None, description="Of categories and tags")
    value: float | None = Field(default=None, description="Of a regression")


class ClassifiedRecord(Body):
    """A record, with all that was sent in it but `_base64`."""

    model_config = ConfigDict(extra="allow")

    status: CallStatus = Field(alias="_status")
    width: int | None = Field(default=None, alias="_width")
    height: int | None = Field(default=None, alias="_height")
    best_label: FoundLabel | None = None
    labels: list[FoundLabel] | None = Field(default=None, description="Best first")
    stored_image_id: Uuid | None = Field(default=None, alias="_stored_image_id")


class Classified(Body):
    """The predictions of a task for images."""

    task_id: Uuid
    status: CallStatus
    statistics: dict[str, float]
    version: Count
    records: list[ClassifiedRecord]


class WorkspaceBody(Body):
    """Labels, images and tasks that are kept apart from others."""

    id: Uuid
    name: str
    owner: int
    meta_data: dict[str, Any]
    is_default: bool
    created: Time


class WorkspaceList(RootModel[list[WorkspaceBody]]):
    """The workspaces of a user."""


class UserBody(Body):
    """Who is asking."""

    id: int
    username: str
    workspace: Uuid = Field(description="The default one")


class Authorized(Body):
    """The token may be used for this."""

    user_id: int
    service: str | None


class VerificationBody(Body):
    """A user says that the labels of an image are right."""

    id: Uuid
    user: int
    image: Uuid
    created: Time


class VerificationPage(Page):
    """Verifications, oldest first."""

    results: list[VerificationBody]

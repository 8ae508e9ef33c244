"""Read and write images as rows; their bytes are in storage.image_blobs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from coralchunk.storage.sql.dataset_tables import IMAGE_LABELS, IMAGES, WORKSPACES

_MAX_PARAMETERS: Final = 500  # of one statement; SQLite and PostgreSQL take more


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that a user stores for training."""

    id: int
    public_id: str  # version-4 UUID
    workspace_id: int
    sha256: str  # of the bytes that were uploaded
    blob: str  # name of its folder in the blob store
    extension: str  # of the copy that is kept
    width: int  # px, of the copy
    height: int  # px
    size_bytes: int  # of the copy
    metadata: dict[str, Any]
    is_test: bool  # for evaluation only
    is_real: bool
    verify_count: int  # how many users say that its labels are right
    created_at: float  # Unix seconds

    @property
    def file_name(self) -> str:
        """A name for its copy that no other image has."""
        return f"{self.public_id}.{self.extension}"


def add_image(connection: Connection, image: Image) -> Image | None:
    """Add an image; its id is ignored. Returns None if the workspace already has its bytes."""
    values = asdict(image)
    del values["id"]
    try:
        with connection.begin_nested():
            added = connection.execute(insert(IMAGES).values(values).returning(IMAGES.c.id))
            return replace(image, id=int(added.scalar_one()))
    except IntegrityError:
        return None


def find_image(connection: Connection, user_id: int, public_id: str) -> Image | None:
    """Return an image of a user."""
    is_it = (IMAGES.c.public_id == public_id) & (WORKSPACES.c.user_id == user_id)
    return _image(connection.execute(select(IMAGES).join(WORKSPACES).where(is_it)).one_or_none())


def find_image_anyones(connection: Connection, public_id: str) -> Image | None:
    """Return an image of any user, for requests with a signed URL of it."""
    return _image(connection.execute(select(IMAGES).where(IMAGES.c.public_id == public_id)).one_or_none())


def find_linked_image(connection: Connection, link: str) -> Image | None:
    """Return the image that has this link to a label, whoever owns it."""
    chosen = select(IMAGES).select_from(IMAGES).join(IMAGE_LABELS, IMAGE_LABELS.c.image_id == IMAGES.c.id)
    return _image(connection.execute(chosen.where(IMAGE_LABELS.c.public_id == link)).one_or_none())


def find_image_by_content(connection: Connection, workspace_id: int, sha256: str) -> Image | None:
    """Return the image of a workspace whose upload had this hash."""
    is_it = (IMAGES.c.workspace_id == workspace_id) & (IMAGES.c.sha256 == sha256)
    return _image(connection.execute(select(IMAGES).where(is_it)).one_or_none())


def images_by_content(connection: Connection, sha256: str) -> list[Image]:
    """Return the images of all workspaces whose upload had this hash."""
    everywhere = IMAGES.c.workspace_id.in_(select(WORKSPACES.c.id))  # for the index, which begins with it
    chosen = select(IMAGES).where(everywhere, IMAGES.c.sha256 == sha256)
    return [Image(**row._asdict()) for row in connection.execute(chosen)]


def find_images(connection: Connection, user_id: int, public_ids: Sequence[str]) -> list[Image]:
    """Return those images of a user that have one of these public ids, oldest first."""
    are = IMAGES.c.public_id.in_(public_ids) & (WORKSPACES.c.user_id == user_id)
    chosen = select(IMAGES).join(WORKSPACES).where(are).order_by(IMAGES.c.id)
    return [Image(**row._asdict()) for row in connection.execute(chosen)]


def unlabelled_images(connection: Connection, image_ids: Sequence[int]) -> list[Image]:
    """Return those images of these rows' ids that have no label."""
    found: list[Image] = []
    labelled = select(IMAGE_LABELS.c.image_id)
    for ids in _batches(image_ids):
        chosen = select(IMAGES).where(
            IMAGES.c.id.in_(ids), IMAGES.c.id.not_in(labelled.where(IMAGE_LABELS.c.image_id.in_(ids)))
        )
        found.extend(Image(**row._asdict()) for row in connection.execute(chosen))
    return found


def images_by_id(connection: Connection, image_ids: Sequence[int]) -> list[Image]:
    """Return images of any user by the ids of their rows, oldest first."""
    found: list[Image] = []
    for ids in _batches(image_ids):
        chosen = select(IMAGES).where(IMAGES.c.id.in_(ids)).order_by(IMAGES.c.id)
        found.extend(Image(**row._asdict()) for row in connection.execute(chosen))
    return found


def change_images(connection: Connection, image_ids: Sequence[int], changes: Mapping[str, Any]) -> None:
    """Give some columns of images other values."""
    for ids in _batches(image_ids):
        connection.execute(update(IMAGES).where(IMAGES.c.id.in_(ids)).values(changes))


def delete_images(connection: Connection, image_ids: Sequence[int]) -> None:
    """Remove images with their labels."""
    for ids in _batches(image_ids):
        connection.execute(delete(IMAGES).where(IMAGES.c.id.in_(ids)))


def known_blobs(connection: Connection, blobs: Sequence[str]) -> set[str]:
    """Return those of these folders that an image has."""
    known: set[str] = set()
    for start in range(0, len(blobs), _MAX_PARAMETERS):
        some = blobs[start : start + _MAX_PARAMETERS]
        known.update(connection.execute(select(IMAGES.c.blob).where(IMAGES.c.blob.in_(some))).scalars())
    return known


def blobs_of_user(connection: Connection, user_id: int) -> list[str]:
    """Return the folders of all images of a user."""
    chosen = select(IMAGES.c.blob).join(WORKSPACES).where(WORKSPACES.c.user_id == user_id)
    return [str(blob) for blob in connection.execute(chosen).scalars()]


def _batches(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + _MAX_PARAMETERS] for start in range(0, len(ids), _MAX_PARAMETERS))


def _image(row: Row[Any] | None) -> Image | None:
    return None if row is None else Image(**row._asdict())

"""Keep images: a copy without metadata in the blob store, and a row in the database."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from coralchunk.config import Settings
from coralchunk.datasets.ids import checked_uuid, new_uuid
from coralchunk.errors.datasets import AlreadyStored, ImageTooLarge, TooManyThings, UnknownThing
from coralchunk.imaging.stored_copy import StoredCopy, stored_copy
from coralchunk.storage.files.image_blobs import ImageBlobs, blob_name
from coralchunk.storage.rows import image_labels, image_queries, images
from coralchunk.storage.rows.image_queries import ImageFilter
from coralchunk.storage.rows.images import Image
from coralchunk.storage.rows.labels import Label
from coralchunk.storage.rows.workspaces import Workspace
from coralchunk.storage.sql.database import Database


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded image, and what the request says about it."""

    content: bytes
    keep_size: bool = False  # do not scale it down
    metadata: Mapping[str, Any] | None = None
    is_test: bool = False


class Images:
    """The images of all users. An image and its row appear together or not at all."""

    def __init__(self, database: Database, blobs: ImageBlobs, settings: Settings) -> None:
        self._database: Final = database
        self._blobs: Final = blobs
        self._settings: Final = settings

    def add(self, workspace: Workspace, upload: Upload, now: float) -> Image:
        """Keep an image.

        now  Unix seconds

        Raises AlreadyStored for bytes that the workspace has, ImageTooLarge, TooManyThings, StorageFull, and
        Unreadable if it is not an image.
        """
        max_mb, most = self._settings.dataset_image_mb, self._settings.dataset_max_images
        if len(upload.content) > max_mb * 1_000_000:
            raise ImageTooLarge(len(upload.content), max_mb)
        sha256 = hashlib.sha256(upload.content).hexdigest()
        with self._database.reading() as connection:
            _refuse_known(images.find_image_by_content(connection, workspace.id, sha256))
            if image_queries.count_images(connection, ImageFilter(workspace.id)) >= most:
                raise TooManyThings("images in this workspace", most, "CORALCHUNK_DATASET_MAX_IMAGES")
        copy = stored_copy(upload.content, self._settings.max_pixels, keep_size=upload.keep_size)
        image = _image(workspace, upload, sha256, copy, now)
        self._blobs.write(image.blob, copy.content, copy.thumbnail)
        try:
            return self._add_row(image)
        except Exception:
            self._blobs.delete(image.blob)
            raise

    def get(self, user_id: int, public_id: str) -> Image:
        """Return an image. Raises UnknownThing."""
        with self._database.reading() as connection:
            found = images.find_image(connection, user_id, checked_uuid("image", public_id))
        if found is None:
            raise UnknownThing("image", public_id)
        return found

    def find(self, user_id: int, public_ids: Sequence[str]) -> list[Image]:
        """Return several images. Raises UnknownThing for the first that is not there."""
        wanted = [checked_uuid("image", public_id) for public_id in public_ids]
        with self._database.reading() as connection:
            found = {image.public_id: image for image in images.find_images(connection, user_id, wanted)}
        for public_id in wanted:
            if public_id not in found:
                raise UnknownThing("image", public_id)
        return [found[public_id] for public_id in wanted]

    def find_anyones(self, public_id: str) -> Image:
        """Return an image for those who hold a signed address of it. Raises UnknownThing."""
        with self._database.reading() as connection:
            found = images.find_image_anyones(connection, checked_uuid("image", public_id))
        if found is None:
            raise UnknownThing("image", public_id)
        return found

    def count(self, wanted: ImageFilter) -> int:
        """Return how many images are wanted."""
        with self._database.reading() as connection:
            return image_queries.count_images(connection, wanted)

    def page(self, wanted: ImageFilter, after_id: int, offset: int, limit: int) -> list[Image]:
        """Return some of the images that are wanted, oldest first; see storage.image_queries."""
        with self._database.reading() as connection:
            return image_queries.page_of_images(
                connection, wanted, after_id=after_id, offset=offset, limit=limit
            )

    def set_metadata(self, image: Image, metadata: Mapping[str, Any]) -> None:
        """Replace the metadata of an image."""
        self.change([image], {"metadata": dict(metadata)})

    def change(self, chosen: Sequence[Image], changes: Mapping[str, Any]) -> None:
        """Give images other marks: `is_test`, `is_real`, `metadata`; those that are not named stay."""
        if not changes:
            return
        with self._database.writing() as connection:
            images.change_images(connection, [image.id for image in chosen], changes)

    def content(self, image: Image) -> bytes:
        """Return the copy that is kept of an image. Raises UnknownThing if it was deleted just now."""
        try:
            return self._blobs.image(image.blob)
        except FileNotFoundError:
            raise UnknownThing("image", image.public_id) from None

    def content_of(self, blob: str) -> bytes:
        """Return the copy that is kept in a folder of the blob store. Raises FileNotFoundError."""
        return self._blobs.image(blob)

    def thumbnail(self, image: Image) -> bytes:
        """Return a JPEG of an image, at most 256 px a side. Raises UnknownThing."""
        try:
            return self._blobs.thumbnail(image.blob)
        except FileNotFoundError:
            raise UnknownThing("image", image.public_id) from None

    def delete(self, chosen: Sequence[Image]) -> None:
        """Remove images with their labels. The rows go first: a row without bytes would be a broken image."""
        with self._database.writing() as connection:
            images.delete_images(connection, [image.id for image in chosen])
        for image in chosen:
            self._blobs.delete(image.blob)

    def delete_with_label(self, label: Label) -> int:
        """Remove all images that have a label. Returns how many."""
        with self._database.reading() as connection:
            count = label.images_count
            wanted = ImageFilter(label.workspace_id, label_ids=(label.id,))
            chosen = image_queries.page_of_images(connection, wanted, limit=max(1, count))
        self.delete(chosen)
        return len(chosen)

    def labels_of(self, chosen: Sequence[Image]) -> Mapping[int, list[image_labels.ImageLabel]]:
        """Return the labels of images, by the id of the image's row."""
        found: dict[int, list[image_labels.ImageLabel]] = {image.id: [] for image in chosen}
        with self._database.reading() as connection:
            for link in image_labels.labels_of_images(connection, list(found)):
                found[link.image_id].append(link)
        return found

    def _add_row(self, image: Image) -> Image:
        with self._database.writing() as connection:
            added = images.add_image(connection, image)
            if added is None:  # the same bytes came twice at once
                _refuse_known(images.find_image_by_content(connection, image.workspace_id, image.sha256))
        if added is None:
            raise UnknownThing("workspace", image.workspace_id)
        return added


def _refuse_known(known: Image | None) -> None:
    if known is not None:
        raise AlreadyStored(known.public_id)


def _image(workspace: Workspace, upload: Upload, sha256: str, copy: StoredCopy, now: float) -> Image:
    public_id = new_uuid()
    return Image(
        id=0,
        public_id=public_id,
        workspace_id=workspace.id,
        sha256=sha256,
        blob=blob_name(sha256, public_id),
        extension=copy.extension,
        width=copy.size.width,
        height=copy.size.height,
        size_bytes=len(copy.content),
        metadata=dict(upload.metadata or {}),
        is_test=upload.is_test,
        is_real=False,
        verify_count=0,
        created_at=now,
    )

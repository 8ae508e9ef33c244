"""Change many images at once, all of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from coralchunk.datasets.ids import new_hex
from coralchunk.datasets.images import Images
from coralchunk.datasets.labels import Labels
from coralchunk.errors.datasets import OtherWorkspace
from coralchunk.storage.rows import image_labels, images
from coralchunk.storage.rows.image_labels import ImageLabel
from coralchunk.storage.rows.image_queries import ImageFilter
from coralchunk.storage.rows.images import Image
from coralchunk.storage.rows.labels import Label
from coralchunk.storage.rows.workspaces import Workspace
from coralchunk.storage.sql.database import Database


@dataclass(frozen=True, slots=True)
class Marks:
    """What images are to be marked as; None leaves a mark as it is."""

    is_test: bool | None = None
    is_real: bool | None = None


class BulkChanges:
    """Changes of many images in one transaction."""

    def __init__(self, database: Database, kept: Images, labels: Labels) -> None:
        self._database: Final = database
        self._images: Final = kept
        self._labels: Final = labels

    def choose(
        self, user_id: int, workspace: Workspace, image_ids: Sequence[str], label_ids: Sequence[str]
    ) -> list[Image]:
        """Return the images that are named, or all of a workspace that have all of these labels.

        Raises UnknownThing.
        """
        if image_ids:
            return self._images.find(user_id, list(dict.fromkeys(image_ids)))
        wanted = ImageFilter(
            workspace.id, label_ids=tuple(label.id for label in self._labels.find(user_id, label_ids))
        )
        return self._images.page(wanted, 0, 0, max(1, self._images.count(wanted)))

    def change(
        self,
        chosen: Sequence[Image],
        marks: Marks,
        added: Sequence[Label],
        removed: Sequence[Label],
        now: float,
    ) -> None:
        """Mark images, and give or take labels. `now` in Unix seconds. Raises OtherWorkspace."""
        for image in chosen:
            if any(label.workspace_id != image.workspace_id for label in added):
                raise OtherWorkspace("labels-add", "label")
        changes = {"is_test": marks.is_test, "is_real": marks.is_real}
        wanted = {name: value for name, value in changes.items() if value is not None}
        with self._database.writing() as connection:
            if wanted:
                images.change_images(connection, [image.id for image in chosen], wanted)
            for image in chosen:
                for label in added:
                    image_labels.add_image_label(
                        connection, ImageLabel(0, new_hex(), image.id, label.id, None, now)
                    )
                for label in removed:
                    image_labels.remove_image_label(connection, image.id, label.id)

"""Label images: give them labels and values, one by one or many at once."""

import math
from collections.abc import Sequence
from typing import Final

from coralchunk.datasets.ids import checked_uuid, new_hex, new_uuid
from coralchunk.errors.datasets import BadValue, OtherWorkspace, UnknownThing
from coralchunk.storage.rows import image_labels, users, verifications
from coralchunk.storage.rows.image_labels import ImageLabel, TrainingExample
from coralchunk.storage.rows.images import Image
from coralchunk.storage.rows.labels import Label, LabelKind
from coralchunk.storage.rows.verifications import Verification
from coralchunk.storage.sql.database import Database


class Labelling:
    """Which labels images have, and who has verified them."""

    def __init__(self, database: Database) -> None:
        self._database: Final = database

    def add(self, chosen: Sequence[Image], label: Label, value: float | None, now: float) -> None:
        """Give images a label; those that have it keep it, with the new value if one is given.

        value  of a value label; None leaves it open, and the image then teaches nothing of this label
        now    Unix seconds

        Raises BadValue, OtherWorkspace.
        """
        _check(chosen, label, value)
        with self._database.writing() as connection:
            for image in chosen:
                link = ImageLabel(0, new_hex(), image.id, label.id, value, now)
                if not image_labels.add_image_label(connection, link) and value is not None:
                    image_labels.set_value(connection, image.id, label.id, value)

    def set_value(self, image: Image, label: Label, value: float | None) -> None:
        """Change the value of a label that an image has. Raises BadValue, OtherWorkspace, UnknownThing."""
        _check([image], label, value)
        with self._database.writing() as connection:
            if not image_labels.set_value(connection, image.id, label.id, value):
                raise UnknownThing("label of this image", label.public_id)

    def remove(self, chosen: Sequence[Image], label: Label) -> None:
        """Take a label off images; nothing happens to those that do not have it."""
        with self._database.writing() as connection:
            for image in chosen:
                image_labels.remove_image_label(connection, image.id, label.id)

    def find(self, user_id: int, public_id: str) -> ImageLabel:
        """Return the link between an image and a label of a user by its own id. Raises UnknownThing."""
        with self._database.reading() as connection:
            found = image_labels.find_image_label(connection, user_id, public_id)
        if found is None:
            raise UnknownThing("training image", public_id)
        return found

    def examples(self, collection_id: int) -> list[TrainingExample]:
        """Return the training data of a collection: its images with their labels, oldest image first."""
        with self._database.reading() as connection:
            return list(image_labels.examples_of_collection(connection, collection_id))

    def count_images(self, collection_id: int) -> int:
        """Return how many images have a label of a collection."""
        with self._database.reading() as connection:
            return image_labels.count_images_of_collection(connection, collection_id)

    def verify(self, image: Image, user_id: int, now: float) -> Verification:
        """Note that a user says that the labels of an image are right. `now` in Unix seconds.

        Raises UnknownThing for a user that does not exist.
        """
        with self._database.writing() as connection:
            if not users.exists(connection, user_id):
                raise UnknownThing("user", user_id)
            verifications.add_verification(
                connection, Verification(new_uuid(), image.id, image.public_id, user_id, now)
            )
            (found,) = (
                one for one in verifications.verifications_in(connection, image.id) if one.user_id == user_id
            )
        return found

    def verifications(self, owner_id: int, image: Image | None) -> list[Verification]:
        """Return the verifications of an image, or of all images of a user, oldest first."""
        with self._database.reading() as connection:
            return verifications.verifications_of(connection, owner_id, None if image is None else image.id)

    def unverify(self, owner_id: int, public_id: str) -> None:
        """Remove a verification of an image of a user. Raises UnknownThing."""
        with self._database.writing() as connection:
            if not verifications.delete_verification(
                connection, owner_id, checked_uuid("verification", public_id)
            ):
                raise UnknownThing("verification", public_id)


def _check(chosen: Sequence[Image], label: Label, value: float | None) -> None:
    if any(image.workspace_id != label.workspace_id for image in chosen):
        raise OtherWorkspace("label_id", "label")
    if value is None:
        return
    if label.kind != LabelKind.VALUE:
        raise BadValue(
            "value", value, f"the label {label.name!r} is of type {label.kind!r}, which has no values"
        )
    if not math.isfinite(value):
        raise BadValue("value", value, "use a finite number")

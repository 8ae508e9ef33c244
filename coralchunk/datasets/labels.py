"""Keep the labels of workspaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from coralchunk.config import Settings
from coralchunk.datasets.ids import checked_uuid, new_uuid
from coralchunk.datasets.names import checked_name, checked_text
from coralchunk.errors.datasets import BadValue, TooManyThings, UnknownThing
from coralchunk.storage.rows import labels
from coralchunk.storage.rows.labels import Label, LabelFilter, LabelKind
from coralchunk.storage.rows.workspaces import Workspace
from coralchunk.storage.sql.database import Database

LONGEST_DESCRIPTION: Final = 10_000  # characters


@dataclass(frozen=True, slots=True)
class LabelDetails:
    """The fields of a label that a user sets."""

    name: str | None
    description: str | None = None
    output_name: str | None = None  # in answers, where it is not the name


class Labels:
    """The labels of all users."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database: Final = database
        self._settings: Final = settings

    def create(self, workspace: Workspace, kind: str | None, details: LabelDetails, now: float) -> Label:
        """Make a label in a workspace.

        kind  see storage.labels.LabelKind; none: a category
        now   Unix seconds

        Raises MissingValue, BadValue, TooManyThings.
        """
        wanted, checked = checked_kind(kind), self._checked(details)
        most = self._settings.dataset_max_labels
        made = Label(
            id=0,
            public_id=new_uuid(),
            workspace_id=workspace.id,
            workspace=workspace.public_id,
            kind=wanted.value,
            name=checked.name or "",
            description=checked.description or "",
            output_name=checked.output_name,
            negative_for=None,
            images_count=0,
            collections_count=0,
            created_at=now,
        )
        with self._database.writing() as connection:
            if labels.count_labels(connection, LabelFilter(workspace.id)) >= most:
                raise TooManyThings("labels in this workspace", most, "CORALCHUNK_DATASET_MAX_LABELS")
            labels.add_label(connection, made)
        return self.get(workspace.user_id, made.public_id)

    def get(self, user_id: int, public_id: str) -> Label:
        """Return a label. Raises UnknownThing."""
        with self._database.reading() as connection:
            found = labels.find_label(connection, user_id, checked_uuid("label", public_id))
        if found is None:
            raise UnknownThing("label", public_id)
        return found

    def find(self, user_id: int, public_ids: Sequence[str]) -> list[Label]:
        """Return several labels. Raises UnknownThing for the first that is not there."""
        wanted = [checked_uuid("label", public_id) for public_id in public_ids]
        with self._database.reading() as connection:
            found = {label.public_id: label for label in labels.find_labels(connection, user_id, wanted)}
        for public_id in wanted:
            if public_id not in found:
                raise UnknownThing("label", public_id)
        return [found[public_id] for public_id in wanted]

    def by_row(self, row_ids: Sequence[int]) -> dict[int, Label]:
        """Return labels of any user by the ids of their rows."""
        with self._database.reading() as connection:
            return labels.labels_by_id(connection, row_ids)

    def page(
        self, wanted: LabelFilter, after_id: int = 0, offset: int = 0, limit: int | None = None
    ) -> tuple[int, list[Label]]:
        """Return how many labels are wanted, and some of them, oldest first; see storage.labels."""
        with self._database.reading() as connection:
            count = labels.count_labels(connection, wanted)
            page = labels.page_of_labels(connection, wanted, after_id=after_id, offset=offset, limit=limit)
        return count, page

    def change(self, user_id: int, public_id: str, details: LabelDetails) -> Label:
        """Give a label another name, description or output name.

        Raises UnknownThing, MissingValue, BadValue.
        """
        label, checked = self.get(user_id, public_id), self._checked(details)
        changes = {
            "name": checked.name,
            "description": checked.description,
            "output_name": checked.output_name,
        }
        with self._database.writing() as connection:
            labels.change_label(connection, label.id, changes)
        return self.get(user_id, public_id)

    def delete(self, user_id: int, public_id: str) -> None:
        """Remove a label from all collections and images, which stay. Raises UnknownThing."""
        label = self.get(user_id, public_id)
        with self._database.writing() as connection:
            labels.delete_label(connection, label.id)

    def _checked(self, details: LabelDetails) -> LabelDetails:
        longest = self._settings.dataset_name_length
        return LabelDetails(
            name=checked_name("name", details.name, longest),
            description=checked_text("description", details.description, LONGEST_DESCRIPTION),
            output_name=checked_text("output_name", details.output_name, longest) or None,
        )


def checked_kind(kind: str | None) -> LabelKind:
    """Return the kind of labels that is meant; a category where none is given. Raises BadValue."""
    try:
        return LabelKind(kind or LabelKind.CATEGORY)
    except ValueError:
        raise BadValue("type", kind, f"use one of {', '.join(LabelKind)}") from None

"""Keep the workspaces of users."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from coralchunk.config import Settings
from coralchunk.datasets.ids import checked_uuid, new_uuid
from coralchunk.datasets.names import checked_name
from coralchunk.errors.datasets import BadValue, TooManyThings, UnknownThing
from coralchunk.storage.rows import workspaces
from coralchunk.storage.rows.workspaces import Workspace
from coralchunk.storage.sql.database import Database

_DEFAULT: Final = "Default"


class Workspaces:
    """Each user has a default workspace, and any others that they make."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database: Final = database
        self._settings: Final = settings

    def default(self, user_id: int, now: float) -> Workspace:
        """Return a user's default workspace; it is created at the first request.

        now  Unix seconds
        """
        with self._database.reading() as connection:
            found = workspaces.find_default_workspace(connection, user_id)
        if found is not None:
            return found
        with self._database.writing() as connection:
            # Another request may have made it meanwhile.
            workspaces.add_workspace(
                connection,
                Workspace(0, new_uuid(), user_id, _DEFAULT, is_default=True, metadata={}, created_at=now),
            )
            found = workspaces.find_default_workspace(connection, user_id)
        if found is None:
            raise UnknownThing("workspace", _DEFAULT)
        return found

    def named(self, user_id: int, public_id: str | None, now: float) -> Workspace:
        """Return the workspace of this id; the default one for none and for "Default" in any case.

        now  Unix seconds

        Raises UnknownThing.
        """
        if not public_id or public_id.lower() == _DEFAULT.lower():
            return self.default(user_id, now)
        with self._database.reading() as connection:
            found = workspaces.find_workspace(connection, user_id, checked_uuid("workspace", public_id))
        if found is None:
            raise UnknownThing("workspace", public_id)
        return found

    def get(self, user_id: int, workspace_id: int) -> Workspace:
        """Return a workspace by its row's id. Raises UnknownThing."""
        with self._database.reading() as connection:
            found = workspaces.find_workspace_by_id(connection, user_id, workspace_id)
        if found is None:
            raise UnknownThing("workspace", workspace_id)
        return found

    def public_ids(self, row_ids: Sequence[int]) -> dict[int, str]:
        """Return by which ids others know workspaces, by the ids of their rows."""
        with self._database.reading() as connection:
            return workspaces.public_ids(connection, row_ids)

    def change(self, workspace: Workspace, name: str | None, metadata: Mapping[str, Any]) -> Workspace:
        """Give a workspace another name and other metadata. Raises MissingValue, BadValue."""
        name = checked_name("name", name, self._settings.dataset_name_length)
        with self._database.writing() as connection:
            workspaces.change_workspace(connection, workspace.id, {"name": name, "metadata": dict(metadata)})
        return self.get(workspace.user_id, workspace.id)

    def delete(self, workspace: Workspace) -> None:
        """Remove a workspace with all that it holds; the bytes of its images go with the next sweep.

        Raises BadValue for the default workspace.
        """
        if workspace.is_default:
            raise BadValue("workspace", workspace.public_id, "the default workspace cannot be deleted")
        with self._database.writing() as connection:
            workspaces.delete_workspace(connection, workspace.id)

    def listed(self, user_id: int, now: float) -> list[Workspace]:
        """Return the workspaces of a user, the default one first. `now` in Unix seconds."""
        self.default(user_id, now)
        with self._database.reading() as connection:
            found = workspaces.workspaces_of(connection, user_id)
        return sorted(found, key=lambda one: not one.is_default)

    def create(self, user_id: int, name: str | None, now: float) -> Workspace:
        """Make a workspace. `now` in Unix seconds. Raises MissingValue, BadValue, TooManyThings."""
        name = checked_name("name", name, self._settings.dataset_name_length)
        most = self._settings.dataset_max_labels
        made = Workspace(0, new_uuid(), user_id, name, is_default=False, metadata={}, created_at=now)
        with self._database.writing() as connection:
            if workspaces.count_workspaces(connection, user_id) >= most:
                raise TooManyThings("workspaces", most, "CORALCHUNK_DATASET_MAX_LABELS")
            workspaces.add_workspace(connection, made)
            found = workspaces.find_workspace(connection, user_id, made.public_id)
        if found is None:
            raise UnknownThing("workspace", made.public_id)
        return found

"""Read and write workspaces as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from coralchunk.storage.sql.classifier_tables import CLASSIFIERS
from coralchunk.storage.sql.dataset_tables import COLLECTIONS, WORKSPACES


@dataclass(frozen=True, slots=True)
class Workspace:
    """Labels, images and collections that a user keeps apart from others."""

    id: int
    public_id: str  # version-4 UUID
    user_id: int
    name: str
    is_default: bool  # each user has one of these
    metadata: dict[str, Any]
    created_at: float  # Unix seconds


def add_workspace(connection: Connection, workspace: Workspace) -> bool:
    """Add a workspace; its id is ignored. Returns False if the user already has a default one."""
    values = asdict(workspace)
    del values["id"]
    try:
        with connection.begin_nested():
            connection.execute(insert(WORKSPACES).values(values))
    except IntegrityError:
        return False
    return True


def find_workspace(connection: Connection, user_id: int, public_id: str) -> Workspace | None:
    """Return a workspace of a user."""
    is_it = (WORKSPACES.c.user_id == user_id) & (WORKSPACES.c.public_id == public_id)
    return _workspace(connection.execute(select(WORKSPACES).where(is_it)).one_or_none())


def find_workspace_by_id(connection: Connection, user_id: int, workspace_id: int) -> Workspace | None:
    """Return a workspace of a user by its row's id."""
    is_it = (WORKSPACES.c.user_id == user_id) & (WORKSPACES.c.id == workspace_id)
    return _workspace(connection.execute(select(WORKSPACES).where(is_it)).one_or_none())


def public_ids(connection: Connection, workspace_ids: Sequence[int]) -> dict[int, str]:
    """Return the public ids of workspaces by the ids of their rows."""
    chosen = select(WORKSPACES.c.id, WORKSPACES.c.public_id).where(WORKSPACES.c.id.in_(workspace_ids))
    return {int(row.id): str(row.public_id) for row in connection.execute(chosen)}


def change_workspace(connection: Connection, workspace_id: int, changes: Mapping[str, Any]) -> None:
    """Give some columns of a workspace other values."""
    connection.execute(update(WORKSPACES).where(WORKSPACES.c.id == workspace_id).values(changes))


def delete_workspace(connection: Connection, workspace_id: int) -> None:
    """Remove a workspace with its labels, images and collections, and with the classifiers of these."""
    going = select(COLLECTIONS.c.classifier_id).where(COLLECTIONS.c.workspace_id == workspace_id)
    connection.execute(delete(CLASSIFIERS).where(CLASSIFIERS.c.id.in_(going)))
    connection.execute(delete(WORKSPACES).where(WORKSPACES.c.id == workspace_id))


def find_default_workspace(connection: Connection, user_id: int) -> Workspace | None:
    """Return the workspace of a user that is meant where none is named."""
    is_it = (WORKSPACES.c.user_id == user_id) & WORKSPACES.c.is_default
    return _workspace(connection.execute(select(WORKSPACES).where(is_it)).one_or_none())


def workspaces_of(connection: Connection, user_id: int) -> list[Workspace]:
    """Return the workspaces of a user, oldest first."""
    chosen = select(WORKSPACES).where(WORKSPACES.c.user_id == user_id).order_by(WORKSPACES.c.id)
    return [Workspace(**row._asdict()) for row in connection.execute(chosen)]


def count_workspaces(connection: Connection, user_id: int) -> int:
    """Return how many workspaces a user has."""
    counted = select(func.count()).select_from(WORKSPACES).where(WORKSPACES.c.user_id == user_id)
    return int(connection.execute(counted).scalar_one())


def _workspace(row: Row[Any] | None) -> Workspace | None:
    return None if row is None else Workspace(**row._asdict())

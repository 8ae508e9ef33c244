"""Read and write networks as rows; their bytes are in the blob store."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from coralchunk.storage.sql.classifier_tables import CLASSIFIER_VERSIONS, CLASSIFIERS, NETWORKS


class NetworkState(StrEnum):
    """Whether a network may answer."""

    PENDING = "pending"  #: its trial run is still to come
    READY = "ready"  #: it answers
    FAILED = "failed"  #: its trial run failed, and it never answers; final


@dataclass(frozen=True, slots=True)
class Network:
    """A graph that turns prepared inputs into tensors, with how its inputs are prepared."""

    id: int
    user_id: int | None  # None: the server's own
    name: str
    description: str
    framework: str
    sha256: str  # of the ONNX file
    size_bytes: int
    blob: str  # name of its folder in the blob store
    preprocessing: Any  # JSON
    post_processings: Any  # JSON, or None
    metadata: dict[str, Any]
    state: str  # see NetworkState
    error: str | None  # why its trial run failed, a sentence
    job_id: int | None  # of the trial run
    created_at: float  # Unix seconds
    updated_at: float  # Unix seconds


def add_network(connection: Connection, network: Network) -> Network:
    """Add a network; its id is ignored. Returns it as stored."""
    values = asdict(network)
    del values["id"]
    added = connection.execute(insert(NETWORKS).values(values).returning(NETWORKS.c.id))
    return replace(network, id=int(added.scalar_one()))


def find_network(connection: Connection, user_id: int, network_id: int) -> Network | None:
    """Return a network of a user."""
    is_it = (NETWORKS.c.id == network_id) & (NETWORKS.c.user_id == user_id)
    return _network(connection.execute(select(NETWORKS).where(is_it)).one_or_none())


def get_network(connection: Connection, network_id: int) -> Network | None:
    """Return a network of any user."""
    return _network(connection.execute(select(NETWORKS).where(NETWORKS.c.id == network_id)).one_or_none())


def count_networks(connection: Connection, user_id: int) -> int:
    """Return how many networks a user has."""
    counted = select(func.count()).select_from(NETWORKS).where(NETWORKS.c.user_id == user_id)
    return int(connection.execute(counted).scalar_one())


def page_of_networks(connection: Connection, user_id: int, *, offset: int, limit: int) -> list[Network]:
    """Return networks of a user, oldest first."""
    chosen = select(NETWORKS).where(NETWORKS.c.user_id == user_id).order_by(NETWORKS.c.id)
    return [Network(**row._asdict()) for row in connection.execute(chosen.offset(offset).limit(limit))]


def change_network(connection: Connection, network_id: int, changes: Mapping[str, Any]) -> None:
    """Give some columns of a network other values."""
    connection.execute(update(NETWORKS).where(NETWORKS.c.id == network_id).values(changes))


def delete_network(connection: Connection, network_id: int) -> None:
    """Remove a network with its versions; classifiers whose current version goes are left without one."""
    going = select(CLASSIFIER_VERSIONS.c.id).where(CLASSIFIER_VERSIONS.c.network_id == network_id)
    loses = CLASSIFIERS.c.current_version_id.in_(going)
    connection.execute(update(CLASSIFIERS).where(loses).values(current_version_id=None))
    connection.execute(delete(NETWORKS).where(NETWORKS.c.id == network_id))


def networks_with_blobs(connection: Connection, blobs: Sequence[str]) -> set[str]:
    """Return those of these folders that a network has."""
    return set(connection.execute(select(NETWORKS.c.blob).where(NETWORKS.c.blob.in_(blobs))).scalars())


def _network(row: Row[Any] | None) -> Network | None:
    return None if row is None else Network(**row._asdict())

"""Store in Redis which photos clients may send to the object store."""

from dataclasses import asdict, dataclass
from typing import Any, Final, cast

from redis import Redis

from coralchunk.pipeline.records import keys


@dataclass(frozen=True, slots=True)
class PresignedUpload:
    """A photo that a client announced."""

    size_bytes: int
    sha256: str  # of the file, hexadecimal
    owner: str = ""  # the only one who may confirm it; empty without an owner
    batch_name: str = ""  # as in Sender
    model: str = ""  # as in Sender
    job_id: int | None = None  # of the confirmed upload


class PresignedUploads:
    """The announced photos by their upload's id, for a limited time."""

    def __init__(self, redis: Redis) -> None:
        self._redis: Final = redis

    def add(self, upload_id: str, upload: PresignedUpload, lifetime_s: int) -> None:
        """Store an upload for so long."""
        fields: dict[Any, Any] = {name: value for name, value in asdict(upload).items() if value is not None}
        name = keys.presigned(upload_id)
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.hset(name, mapping=fields)
            pipeline.expire(name, lifetime_s)
            pipeline.execute()

    def get(self, upload_id: str) -> PresignedUpload | None:
        """Return an upload, None if there is none of this id."""
        stored = cast(dict[bytes, bytes], self._redis.hgetall(keys.presigned(upload_id)))
        kept = {name.decode(): value.decode() for name, value in stored.items()}
        if "sha256" not in kept:
            return None
        return PresignedUpload(
            int(kept["size_bytes"]),
            kept["sha256"],
            kept["owner"],
            kept["batch_name"],
            kept["model"],
            int(kept["job_id"]) if "job_id" in kept else None,
        )

    def confirm(self, upload_id: str, job_id: int) -> None:
        """Note which job an upload has become."""
        self._redis.hset(keys.presigned(upload_id), "job_id", job_id)

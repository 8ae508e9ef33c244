"""Cache decoded photos in memory while a worker classifies one batch after another."""

from collections import OrderedDict
from typing import IO, Final

from coralchunk.errors.images import BrokenImage
from coralchunk.imaging.colour.colour import Conversions
from coralchunk.imaging.decoding.decode import open_halved, open_photo
from coralchunk.imaging.decoding.jpeg import Room, own_room
from coralchunk.imaging.halved import ClassifiedPhoto, may_halve
from coralchunk.imaging.photo import Photo
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.worker.shared_photos import SharedPhotos
from coralchunk.storage.files.blobs import PHOTO, Blobs
from coralchunk.terms import CHUNK_PX

_JPEG: Final = b"\xff\xd8"
_BYTES_PER_PIXEL: Final = 4  # at most, see imaging.photo


class DecodedPhotoCache:
    """The photos that this process decoded last.

    Keeps as many as fit into `max_bytes`, and always the last one, however large.
    """

    def __init__(
        self,
        blobs: Blobs,
        max_pixels: int,
        max_bytes: int,
        conversions: Conversions | None = None,
        max_side: int = 0,
        shared: SharedPhotos | None = None,
    ) -> None:
        """Decode photos of stored jobs.

        max_side  of the result picture, see overlay.bounded
        shared    with other workers; None to decode all photos here
        """
        self._shared: Final = shared
        self._blobs: Final = blobs
        self._max_pixels: Final = max_pixels
        self._max_bytes: Final = max_bytes
        self._conversions: Final = conversions or Conversions()
        self._max_side: Final = max_side
        self._photos: Final[OrderedDict[int, ClassifiedPhoto]] = OrderedDict()

    def get(self, job: Job, input_px: int = CHUNK_PX) -> ClassifiedPhoto:
        """Return the photo of a job, at half its size if that is enough.

        input_px  side of the square that the job's network takes of a window

        Raises Unreadable, or FileNotFoundError if its upload is gone.
        """
        photo = self._photos.pop(job.id, None)
        if photo is None:
            self._make_room(job.size.pixels * _BYTES_PER_PIXEL)
            photo = self._decode(job, is_halved=may_halve(job.size, input_px, self._max_side))
        self._photos[job.id] = photo
        return photo

    def whole(self, job: Job) -> Photo:
        """Return the photo of a job in its full size. Raises as `get` does."""
        kept = self._photos.get(job.id)
        if isinstance(kept, Photo):
            return kept
        with self._blobs.open(job.id, PHOTO) as stream:
            return open_photo(stream, self._max_pixels, self._conversions)

    def drop(self, job_id: int) -> None:
        """Free the memory of a photo that is no longer needed here."""
        self._photos.pop(job_id, None)
        if self._shared is not None:
            self._shared.forget(job_id)

    def _make_room(self, needed: int) -> None:
        while self._photos and needed + sum(p.nbytes for p in self._photos.values()) > self._max_bytes:
            self.drop(next(iter(self._photos)))

    def _decode(self, job: Job, *, is_halved: bool) -> ClassifiedPhoto:
        opened = open_halved if is_halved else open_photo
        with self._blobs.open(job.id, PHOTO) as stream:

            def decode(room: Room) -> ClassifiedPhoto:
                return opened(stream, self._max_pixels, self._conversions, room)

            # Other workers would wait for a photo that cannot be shared, and decode it after that.
            if self._shared is None or job.streams == 1 or not _is_jpeg(stream):
                photo = decode(own_room)
            else:
                photo = self._shared.get(job.id, "half" if is_halved else "full", decode)
        if photo.size != job.size:
            # Chunks were counted by the header; a file whose pixels disagree with it cannot be trusted.
            raise BrokenImage("image", f"its header says {job.size.width} x {job.size.height} pixels")
        return photo


def _is_jpeg(stream: IO[bytes]) -> bool:
    start = stream.read(len(_JPEG))
    stream.seek(0)
    return start == _JPEG

"""Say of a survey's photo when and where it was taken."""

from dataclasses import dataclass, replace

from coralchunk.errors import UnknownJob
from coralchunk.imaging.decoding.capture import read_camera, read_capture
from coralchunk.pipeline.records.job import Job
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import PHOTO


@dataclass(frozen=True, slots=True)
class Details:
    """What a request says about a photo."""

    name: str
    taken_at: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    is_from_exif: bool = False  # whether missing values are read from the photo
    camera: str | None = None  # make and model; read from the photo
    may_repeat: bool = False  # whether the photo is added even if the survey has the same file already


def completed(details: Details, stores: Stores, job: Job) -> Details:
    """Add the camera, and if requested time and position, from the photo's EXIF block. Raises UnknownJob."""
    try:
        with stores.blobs.open(job.id, PHOTO) as photo:
            capture = read_capture(photo, stores.settings.max_pixels)
            details = replace(details, camera=read_camera(photo, stores.settings.max_pixels))
    except FileNotFoundError:
        raise UnknownJob(job.id) from None
    if not details.is_from_exif:
        return details
    if details.taken_at is None and capture.taken_at is not None:
        details = replace(details, taken_at=capture.taken_at + (capture.utc_offset or ""))
    if details.latitude is None:
        details = replace(details, latitude=capture.latitude, longitude=capture.longitude)
    return details

"""Keep the photos of a survey and their maps, for surveys that ask for it.

In the store of surveys, one folder per photo, which outlives its job:

    <survey id>-<job id>/photo, picture.png, preview.jpg or preview.webp
    <survey id>-<job id>/window-<chunk>.png, context.png, view-<chunk>.webp   of chunks that people checked
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import SEEK_END
from typing import Final

from coralchunk.errors import UnknownJob
from coralchunk.errors.surveys import NotKept
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import PHOTO, PICTURE
from coralchunk.storage.files.previews import PREVIEWS, Preview, read_preview
from coralchunk.storage.objects.object_store import ObjectStore
from coralchunk.storage.rows.surveys import SurveyPhoto

_PARTS: Final = (PHOTO, PICTURE, *PREVIEWS)


class Evidence:
    """The photos and maps that surveys keep."""

    def __init__(self, stores: Stores) -> None:
        self._objects: Final = stores.kept
        self._stores: Final = stores

    def keep(self, survey_id: int, job_id: int) -> int:
        """Copy the photo and the maps of a completed job. Returns their size in bytes.

        Raises UnknownJob, StorageFull.
        """
        size = 0
        for part in _PARTS:
            try:
                with self._stores.blobs.open(job_id, part) as content:
                    size += content.seek(0, SEEK_END)
                    content.seek(0)
                    self._objects.write(f"{folder_of(survey_id, job_id)}/{part}", content)
            except FileNotFoundError:
                if part in PREVIEWS:  # few results have both; those of earlier versions have none
                    continue
                self.forget(survey_id, [job_id])
                raise UnknownJob(job_id) from None
        return size

    def of(self, photo: SurveyPhoto) -> "KeptPhoto":
        """Return what is kept of a photo, if anything is."""
        return KeptPhoto(self._objects, photo)

    def forget(self, survey_id: int, job_ids: Iterable[int]) -> None:
        """Remove what is kept of photos, if anything is."""
        for job_id in job_ids:
            self._objects.remove_folder(folder_of(survey_id, job_id))


class KeptPhoto:
    """What a survey keeps of a photo."""

    def __init__(self, objects: ObjectStore, photo: SurveyPhoto) -> None:
        self._objects: Final = objects
        self._photo: Final = photo

    def read(self, part: str) -> bytes:
        """Return a part: PHOTO or PICTURE. Raises NotKept."""
        with self._complaining():
            return self._read(part)

    def preview(self) -> Preview:
        """Return the small copy of the picture. Raises NotKept."""
        with self._complaining():
            return read_preview(self._read)

    def _read(self, name: str) -> bytes:
        return self._objects.read(f"{folder_of(self._photo.survey_id, self._photo.job_id)}/{name}")

    @contextmanager
    def _complaining(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise NotKept(self._photo.id, self._photo.survey_id) from None


def folder_of(survey_id: int, job_id: int) -> str:
    """Return the folder of a photo."""
    return f"{survey_id}-{job_id}"

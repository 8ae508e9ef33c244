"""Keep the photos of a survey and their maps, for surveys that ask for it.

In the store of surveys, one folder per photo, which outlives its job:

    <survey id>-<job id>/photo, picture.png, preview.webp
    <survey id>-<job id>/window-<chunk>.png, context.png, view-<chunk>.webp   of chunks that people checked
"""

from collections.abc import Iterable
from io import SEEK_END
from typing import Final

from coralchunk.errors import UnknownJob
from coralchunk.errors.surveys import NotKept
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import PHOTO, PICTURE, PREVIEW
from coralchunk.storage.rows.surveys import SurveyPhoto

_PARTS: Final = (PHOTO, PICTURE, PREVIEW)


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
                if part == PREVIEW:  # results of earlier versions have none
                    continue
                self.forget(survey_id, [job_id])
                raise UnknownJob(job_id) from None
        return size

    def read(self, photo: SurveyPhoto, part: str) -> bytes:
        """Return a part of a photo: PHOTO, PICTURE or PREVIEW. Raises NotKept."""
        try:
            return self._objects.read(f"{folder_of(photo.survey_id, photo.job_id)}/{part}")
        except FileNotFoundError:
            raise NotKept(photo.id, photo.survey_id) from None

    def forget(self, survey_id: int, job_ids: Iterable[int]) -> None:
        """Remove what is kept of photos, if anything is."""
        for job_id in job_ids:
            self._objects.remove_folder(folder_of(survey_id, job_id))


def folder_of(survey_id: int, job_id: int) -> str:
    """Return the folder of a photo."""
    return f"{survey_id}-{job_id}"

"""Test that a photo is classified by the model that its sender chose, whatever happens meanwhile."""

import json
import os
from io import BytesIO

from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.records.job import JobState
from coralchunk.pipeline.steps.submit import Sender, submit_all
from coralchunk.pipeline.steps.sweep import reconcile_storage
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import PHOTO, SUMMARY
from tests.pipeline.conftest import NOW, WorkOff
from tests.reef import jpeg

OLDER = "coralchunk-lite0-0.3.0"


def send(stores: Stores, model: str) -> int:
    return submit_all(stores, [BytesIO(jpeg(300, 300))], NOW, Sender("r", model=model))[0]


def test_the_model_of_a_forgotten_upload_is_known_from_its_folder(stores: Stores, work_off: WorkOff) -> None:
    job_id = send(stores, OLDER)
    os.utime(stores.settings.data_dir / "jobs" / str(job_id) / PHOTO, (NOW, NOW))
    stores.redis.flushall()

    reconcile_storage(stores, NOW + 60)
    work_off()

    model = json.loads(stores.blobs.read(job_id, SUMMARY))["model"]
    assert get_job(stores, job_id).model == OLDER
    assert f"{model['name']}-{model['version']}" == OLDER


def test_a_photo_whose_model_is_gone_fails_with_a_reason(stores: Stores, work_off: WorkOff) -> None:
    job_id = send(stores, "classifier-7-1")

    work_off()

    job = get_job(stores, job_id)
    assert (job.state, job.completed_chunks) == (JobState.ERROR, 0)
    assert "classifier-7-1" in (job.error or "")

"""Test which corrections a model for a site is trained on, and what its version says."""

import hashlib
from dataclasses import replace
from io import BytesIO

import pytest

from coralchunk.datasets.images import Upload
from coralchunk.errors.training import TooLittleToLearn
from coralchunk.pipeline.training.training_job import TrainingRequest
from coralchunk.pipeline.worker.network_cache import network_limits
from coralchunk.services import Services
from coralchunk.storage.files.image_blobs import ImageBlobs
from coralchunk.storage.files.trained_models import TrainedModels
from coralchunk.storage.objects.places import open_named_store
from coralchunk.storage.rows import corrections, users
from coralchunk.storage.rows.users import TokenRow
from coralchunk.terms import CLASSES, LABELS
from coralchunk.training.photo_models import is_offered
from coralchunk.training.place import Place
from coralchunk.training.site_training import train_site
from tests.reef import encoded, reef
from tests.surveys.test_rows import CORRECTION
from tests.training.collections import ANA, BEN, NOW, Trainer, make_trainer

PHOTOS = 5
COLOURS = ((236, 232, 218), (104, 74, 46), (196, 178, 140))  # in the order of CLASSES


@pytest.fixture
def trainer(services: Services) -> Trainer:
    made = make_trainer(services, [LABELS[state] for state in CLASSES])
    with services.accounts.database.writing() as connection:
        for user_id in (ANA, BEN):  # whose tokens have the ids 1 and 2
            row = TokenRow(0, user_id, "", "", str(user_id), ("read",), NOW, None, None, None)
            users.add_token(connection, row)
    return made


def correct(trainer: Trainer, owner: str) -> None:
    """Store corrections of five photos, and put their chunks into the collection."""
    services = trainer.services
    pictures = open_named_store(services.settings, "corrections")
    workspace = services.datasets.workspaces.default(ANA, NOW)
    for photo in range(PHOTOS):
        key = hashlib.sha256(f"{owner} {photo}".encode()).hexdigest()[:32]
        pictures.write(f"{key}/context.png", BytesIO(encoded(reef(256, 192, photo), "PNG")))
        for chunk, state in enumerate(CLASSES):
            window = reef(244, 244, 10 * photo + chunk)
            window[20:220, 20:220] = COLOURS[chunk]
            content = encoded(window, "PNG")
            pictures.write(f"{key}/{chunk}.png", BytesIO(content))
            made = replace(
                CORRECTION, job_id=photo, chunk=chunk, owner=owner, photo_key=key, label=state.value
            )
            with services.accounts.database.writing() as connection:
                corrections.keep_correction(connection, made)
            metadata = {"job_id": str(photo), "chunk": chunk}
            image = services.datasets.images.add(workspace, Upload(content, True, metadata), NOW)
            services.datasets.labelling.add([image], trainer.labels[chunk], None, NOW)


def train(trainer: Trainer) -> int:
    settings = trainer.services.settings
    place = Place(
        database=trainer.services.accounts.database,
        images=ImageBlobs(open_named_store(settings, "images")),
        corrections=open_named_store(settings, "corrections"),
        networks=trainer.services.stores.networks,
        limits=network_limits(settings),
        models=trainer.services.models,
        trained=TrainedModels(open_named_store(settings, "trained-models")),
        backbone=None,
        max_pixels=settings.max_pixels,
        threads=1,
        report=lambda _: None,
        clock=lambda: NOW,
    )
    request = TrainingRequest(user_id=ANA, collection_id=trainer.collection.id, min_images=3, for_site=True)
    return train_site(place, 7, request)


@pytest.mark.parametrize("owner", ["token-1", ""], ids=["of a token of the user", "without a token"])
def test_a_version_says_how_it_compares(trainer: Trainer, owner: str) -> None:
    correct(trainer, owner)

    number = train(trainer)
    again = train(trainer)

    (version,) = trainer.services.datasets.versions.of_collection(trainer.now())
    comparison = version.figures["comparison"]
    assert (number, again) == (1, 1)
    assert [label["name"] for label in version.labels] == [LABELS[state] for state in CLASSES]
    assert (comparison["chunks"], comparison["photos"]) == (3 * PHOTOS, PHOTOS)
    assert is_offered(version) == comparison["is_better"]
    assert trainer.services.models.manifest(trainer.services.models.find(version.model)).classifies_coral


def test_corrections_of_others_are_not_learned_from(trainer: Trainer) -> None:
    correct(trainer, "token-2")

    with pytest.raises(TooLittleToLearn, match="0 corrected chunks in 0 photos"):
        train(trainer)

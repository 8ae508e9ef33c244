"""List the routes of Ximilar's API."""

from typing import Final

from flask import Blueprint

from coralchunk.api.ximilar.accounts import accounts
from coralchunk.api.ximilar.classify import classify_routes
from coralchunk.api.ximilar.image_files import image_files
from coralchunk.api.ximilar.labelling import labelling
from coralchunk.api.ximilar.labels import labels
from coralchunk.api.ximilar.models import models
from coralchunk.api.ximilar.tasks import tasks
from coralchunk.api.ximilar.training_images import images
from coralchunk.api.ximilar.verifications import verifications

XIMILAR: Final[tuple[Blueprint, ...]] = (
    tasks,
    labels,
    images,
    labelling,
    image_files,
    models,
    classify_routes,
    accounts,
    verifications,
)

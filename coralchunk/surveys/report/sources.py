"""Hold what a report of a survey is written from."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coralchunk.inference.manifest import Manifest
from coralchunk.storage.files.previews import Preview
from coralchunk.storage.rows.surveys import SurveyPhoto
from coralchunk.surveys.heat_stress.series import HeatStress
from coralchunk.surveys.measured import Measured
from coralchunk.translations import Texts


@dataclass(frozen=True, slots=True)
class Sources:
    """What a report is written from."""

    measured: Measured
    audit: Mapping[str, Any]  # as answers tell it
    manifests: Mapping[str, Manifest]  # of the models that are installed, by name and version
    pictures: Sequence[tuple[SurveyPhoto, Preview]]
    heat_stress: HeatStress | None  # of the site
    today: dt.date
    t: Texts  # of the language of the report


def model_of(photo: SurveyPhoto) -> tuple[str, str]:
    """Return name and version of the model that classified a photo, and its SHA-256."""
    model = json.loads(photo.summary)["model"]
    return f"{model['name']} {model['version']}", model["sha256"]

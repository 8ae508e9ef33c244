"""Test that the intervals of a survey include the errors of the models that classified its photos."""

import datetime as dt
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from coralchunk.services import Services
from coralchunk.storage.migrate import migrate
from coralchunk.storage.objects.folder_store import FolderStore
from coralchunk.storage.rows import surveys
from coralchunk.storage.sql.database import open_database
from coralchunk.surveys.error_rates import ErrorRatesOfModels
from coralchunk.surveys.evidence import Evidence
from coralchunk.surveys.service import SurveyService
from tests.surveys.conftest import MODEL, photo

Model = dict[str, object]
Measure = Callable[[Sequence[Model]], tuple[float, tuple[float, float]]]

NO_ERRORS = "coralchunk-lite0-0.3.0"  # its manifest states none


def _model(services: Services, label: str | None = None) -> Model:
    fields = asdict(services.models.find(label))
    return {name: fields[name] for name in ("name", "version", "sha256")}


@pytest.fixture
def intervals(services: Services, tmp_path: Path) -> Iterator[Measure]:
    """Measure surveys whose photos were classified by these models."""
    database = open_database(None, tmp_path)
    migrate(database)
    evidence = Evidence(replace(services.stores, kept=FolderStore(tmp_path / "surveys")))
    service = SurveyService(database, services.stores, services.models, evidence)

    def measure(models: Sequence[Model]) -> tuple[float, tuple[float, float]]:
        fields = {"name": "a", "site": "", "date": dt.date(2024, 3, 9), "depth_m": None, "transect": None}
        survey = service.add(fields, None, 1.8e9).survey
        for number, model in enumerate(models, start=1):
            one = photo(number, bleached=number)
            summary = json.loads(one.summary) | {"unsure_chunks": 4, "no_data_chunks": 0, "model": model}
            row = replace(one, survey_id=survey.id, summary=json.dumps(summary))
            with database.writing() as connection:
                surveys.add_photo(connection, row, zlib.compress(b"[]"))
        share = service.get(survey.id, None).cover.bleached
        assert share.value is not None
        assert share.interval is not None
        return share.value, share.interval

    yield measure
    database.close()


def test_the_intervals_of_surveys_include_the_errors_of_the_bundled_model(
    services: Services, intervals: Measure
) -> None:
    value, wide = intervals([_model(services)] * 4)
    same, narrow = intervals([_model(services, NO_ERRORS)] * 4)
    _, mixed = intervals([_model(services), _model(services, NO_ERRORS)] * 2)

    assert value == same
    assert wide[1] > mixed[1] > narrow[1]


def test_a_model_that_is_gone_or_was_replaced_has_no_known_errors(services: Services) -> None:
    rates = ErrorRatesOfModels(services.models)
    bundled = _model(services)

    assert rates.of(bundled) is not None
    assert ErrorRatesOfModels(services.models).of(bundled | {"sha256": "0" * 64}) is None
    assert rates.of(MODEL) is None

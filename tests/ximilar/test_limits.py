"""Test that uploads of training images have a rate limit of their own, and the operator's limits hold."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from coralchunk.config import Settings
from coralchunk.identity import Scope
from coralchunk.services import Services
from tests.databases import provide_database
from tests.ximilar.conftest import base64_of, picture


@pytest.fixture
def headers(services: Services) -> dict[str, str]:
    provide_database(services.settings.data_dir)
    services.accounts.add_user("ana", "parrotfish", 1.0)
    return {"Authorization": f"Token {services.accounts.create_token('ana', '', frozenset(Scope), 1.0)}"}


def test_uploads_of_images_are_counted_apart_from_other_requests(
    client_of: Callable[[Settings], FlaskClient], services: Services, headers: dict[str, str]
) -> None:
    limits = {"rate_limit": "1/minute", "rate_limit_images": "2/minute"}
    app = client_of(services.settings.model_copy(update=limits))

    uploads = [app.post("/recognition/v2/training-image", json={}, headers=headers) for _ in range(3)]
    labels = [app.post("/recognition/v2/label", json={"name": "x"}, headers=headers) for _ in range(4)]

    assert [answer.status_code for answer in uploads] == [400, 400, 429]
    assert set(uploads[2].get_json()) == {"detail"}
    assert [answer.status_code for answer in labels] == [201] * 4


def test_the_operators_limits_are_named_in_refusals(
    client_of: Callable[[Settings], FlaskClient], services: Services, headers: dict[str, str]
) -> None:
    limits = {
        "dataset_max_labels": 1,
        "dataset_max_images": 1,
        "dataset_request_mb": 1,
        "dataset_image_mb": 1,
    }
    app = client_of(services.settings.model_copy(update=limits))

    def refused(resource: str, body: dict[str, object]) -> tuple[int, str]:
        answer = app.post(f"/recognition/v2/{resource}", json=body, headers=headers)
        return answer.status_code, answer.get_json().get("detail", "")

    for expected in (201, 400):
        label = refused("label", {"name": "x"})
        image = refused("training-image", {"base64": base64_of(picture())})
        assert (label[0], image[0]) == (expected, expected)
    assert "CORALCHUNK_DATASET_MAX_LABELS" in label[1]
    assert "CORALCHUNK_DATASET_MAX_IMAGES" in image[1]
    too_long = refused("training-image", {"base64": "A" * 1_100_000})
    assert too_long[0] == 413
    assert "1000000 bytes" in too_long[1]

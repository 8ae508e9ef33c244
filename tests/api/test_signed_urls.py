"""Test that signed addresses of images work behind a proxy, also if it publishes the server below a path."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from coralchunk.config import Settings
from coralchunk.identity import Scope
from coralchunk.services import Services
from tests.databases import provide_database
from tests.ximilar.conftest import base64_of, picture

RECOGNITION = "/recognition/v2"


@pytest.mark.parametrize("prefix", ["", "/coral"], ids=["host", "path"])
def test_addresses_in_answers_lead_to_the_image(
    client_of: Callable[[Settings], FlaskClient], services: Services, prefix: str
) -> None:
    provide_database(services.settings.data_dir)
    services.accounts.add_user("ana", "parrotfish", 1.0)
    token = services.accounts.create_token("ana", "", frozenset(Scope), 1.0)
    app = client_of(services.settings.model_copy(update={"proxies": 1}))
    proxied = {"X-Forwarded-Prefix": prefix} if prefix else {}
    headers = {"Authorization": f"Token {token}"} | proxied

    def post(path: str, **options: object) -> dict[str, Any]:
        answer = app.post(path, headers=headers, **options)
        assert answer.status_code in {200, 201}, answer.text
        return answer.get_json()

    image = post(f"{RECOGNITION}/training-image", json={"base64": base64_of(picture())})
    collection = post("/V1/api/collections", json={"name": "Reef", "type": "multi_class"})
    base = f"/V1/api/collections/{collection['id']}"
    (label,) = post(f"{base}/labels", json={"name": "coral"})["labels"]
    app.post(
        f"{base}/images",
        headers=headers,
        data={"label_id": label["id"], "image": (BytesIO(picture()), "a.png")},
    )
    (kept,) = app.get(f"{base}/images?label={label['id']}", headers=headers).get_json()["images"]
    training_set = post("/api/training-sets", json={"name": "Reef", "description": ""})

    for address in (image["img_path"], image["thumb_img_path"], kept["thumbnail"]):
        path, query = urlsplit(address).path, urlsplit(address).query
        assert path.startswith(prefix)
        seen = app.get(path.removeprefix(prefix), query_string=query, headers=proxied)
        assert (seen.status_code, seen.content_type.partition("/")[0]) == (200, "image"), address
    assert urlsplit(training_set["url"]).path.startswith(f"{prefix}/training-sets/")

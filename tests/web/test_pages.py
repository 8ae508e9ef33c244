"""Test the documentation pages."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Response
from flask.testing import FlaskClient

from coralchunk.api.conditional import cached
from coralchunk.config import Settings
from coralchunk.imaging.files.formats import SENTENCE
from coralchunk.services import Services
from coralchunk.web.files import fingerprint
from tests.web.app import STATIC


def test_the_docs_page_tells_what_a_developer_needs(client: FlaskClient) -> None:
    page = client.get("/docs")

    text = page.get_data(as_text=True)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "<title>Coral classifier API</title>" in text
    for needed in (
        "Back to app",
        "Base URL",
        "GET /V1/api/health",
        "POST /V1/api/classify",
        "GET /V1/api/status/{JOB_ID}",
        "DELETE /V1/api/classify/{JOB_ID}",
        "Training data",
        SENTENCE,
        'name="viewport"',
        ".onnx",
        "/openapi.json",
    ):
        assert needed.lower() in text.lower(), needed


@pytest.mark.parametrize(
    ("path", "says"),
    [
        pytest.param("/", "Choose photos", id="photos"),
        pytest.param("/surveys", "New survey", id="surveys"),
        pytest.param("/classifiers", "New collection", id="classifiers"),
        pytest.param("/networks", "Choose an ONNX file", id="networks"),
        pytest.param("/report/5", "Print, or save as PDF", id="a report"),
        pytest.param("/shared/abc", 'data-share="abc"', id="a shared result"),
        pytest.param("/docs/api", "swagger-ui-bundle.js", id="requests to try"),
    ],
)
def test_the_app_is_served_with_all_that_its_pages_name(client: FlaskClient, path: str, says: str) -> None:
    page = client.get(path)

    text = page.get_data(as_text=True)
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert says in text
    for link in set(re.findall(r'(?:href|src)="(/static/[^"]*)"', text)):
        with client.get(link) as answer:
            assert answer.status_code == 200, link


def test_a_file_is_kept_for_a_year_under_the_address_of_its_version_only(client: FlaskClient) -> None:
    (address,) = set(re.findall(r'src="(/static/[^"]*home.js)"', client.get("/").get_data(as_text=True)))

    with client.get(address) as kept, client.get("/static/older/app/renew.js") as renew:
        assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert renew.headers["Cache-Control"] == "no-cache, max-age=0"
    assert client.get("/static/older/photos/home.js").status_code == 404


def test_the_service_worker_names_only_files_and_pages_that_exist(client: FlaskClient) -> None:
    script = client.get("/sw.js").get_data(as_text=True)

    named = re.findall(r'"(/[^"]*)"', script.partition("\n// ")[0])
    assert {"/", "/surveys", f"{STATIC}/photos/home.js"} < set(named)
    for address in named:
        with client.get(address) as answer:
            assert answer.status_code == 200, address


def test_the_app_can_be_installed_below_a_path_too(client: FlaskClient) -> None:
    below = {"environ_overrides": {"SCRIPT_NAME": "/coral"}}

    manifest = client.get("/manifest.webmanifest", **below)
    page = client.get("/", **below).get_data(as_text=True)

    assert manifest.mimetype == "application/manifest+json"
    assert {manifest.json[name] for name in ("id", "scope", "start_url")} == {"/coral/"}
    for icon in manifest.json["icons"]:
        with client.get(icon["src"].removeprefix("/coral")) as answer:
            assert answer.mimetype == icon["type"]
    assert '<link rel="manifest" href="/coral/manifest.webmanifest"' in page
    assert 'const PAGES = ["/coral/", ' in client.get("/sw.js", **below).get_data(as_text=True)


def test_the_version_of_files_changes_with_each_name_and_byte(tmp_path: Path) -> None:
    file = tmp_path / "a.js"
    file.write_text("1")
    versions = [fingerprint(tmp_path)]
    file.write_text("2")
    versions.append(fingerprint(tmp_path))
    file.rename(tmp_path / "b.js")
    versions.append(fingerprint(tmp_path))

    assert len(set(versions)) == 3
    assert fingerprint(tmp_path) == versions[-1]


def test_the_time_that_results_are_kept_is_told_in_words(
    client_of: Callable[[Settings], FlaskClient], services: Services
) -> None:
    for seconds, words in (
        (86_400, "24 hours"),
        (172_800, "2 days"),
        (90, "90 seconds"),
        (5400, "90 minutes"),
    ):
        page = client_of(services.settings.model_copy(update={"result_ttl": seconds})).get("/")

        assert f"deletes them after {words}." in page.get_data(as_text=True)


@pytest.mark.parametrize("encoding", ["br", "gzip"])
@pytest.mark.parametrize("path", ["/", "/openapi.json", f"{STATIC}/vendor/swagger-ui/swagger-ui-bundle.js"])
def test_text_is_compressed_for_clients_that_accept_it(client: FlaskClient, path: str, encoding: str) -> None:
    with client.get(path) as plain, client.get(path, headers={"Accept-Encoding": encoding}) as packed:
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == encoding
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert len(packed.data) < len(plain.data) / 2


def test_an_answer_with_an_etag_is_not_compressed_as_clients_wait_with_it(client: FlaskClient) -> None:
    @client.application.get("/V1/api/example")
    def example() -> Response:
        return cached(Response("{}" * 2000, content_type="application/json"), "as-it-is")

    answer = client.get("/V1/api/example", headers={"Accept-Encoding": "br"})

    assert "Content-Encoding" not in answer.headers
    assert answer.headers["ETag"] == '"as-it-is"'


def test_a_browser_gets_a_page_where_there_is_none_and_other_clients_get_json(client: FlaskClient) -> None:
    browser = client.get("/reef", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    other = client.get("/reef", headers={"Accept": "*/*"})

    assert (browser.status_code, browser.mimetype) == (404, "text/html")
    assert "There is no such page" in browser.get_data(as_text=True)
    assert (other.status_code, other.mimetype) == (404, "application/problem+json")


def test_pages_tell_other_sites_and_phones_how_they_look(client: FlaskClient) -> None:
    shared = client.get("/shared/abc", base_url="https://reef.example").get_data(as_text=True)

    assert '<meta property="og:title" content="Shared result: coralchunk">' in shared
    assert '<meta property="og:image" content="https://reef.example/V1/api/shared/abc.jpg">' in shared
    assert 'name="theme-color" content="#0d171c" media="(prefers-color-scheme: dark)"' in shared


def test_every_link_of_the_docs_page_into_this_server_leads_somewhere(client: FlaskClient) -> None:
    text = client.get("/docs").get_data(as_text=True)
    inside = {link.partition("#")[0] for link in re.findall(r'(?:href|src)="(/[^"]*)"', text)}
    anchors = set(re.findall(r'href="#([^"]+)"', text))

    statuses = {}
    for link in inside:
        with client.get(link) as answer:
            statuses[link] = answer.status_code
    assert statuses == dict.fromkeys(inside, 200)
    assert anchors
    assert anchors <= set(re.findall(r'id="([^"]+)"', text))


def test_the_status_examples_of_the_docs_page_are_json(client: FlaskClient) -> None:
    text = client.get("/docs").get_data(as_text=True).replace("&#34;", '"').replace("&quot;", '"')

    for status in ("queued", "processing", "completed"):
        assert re.search(rf'"status":\s*"{status}"', text)


def test_the_base_url_is_that_of_the_request(client: FlaskClient) -> None:
    page = client.get("/docs", base_url="https://reef.example")

    assert "https://reef.example" in page.get_data(as_text=True)


def test_the_model_can_be_downloaded_as_it_is_used(client: FlaskClient) -> None:
    text = client.get("/docs").get_data(as_text=True)
    (link, *_) = re.findall(r'href="(/models/[^"]+\.onnx)"', text)

    model = client.get(link)

    assert (model.status_code, model.mimetype) == (200, "application/octet-stream")
    assert "attachment" in model.headers["Content-Disposition"]
    assert len(model.data) > 1_000_000


@pytest.mark.parametrize("label", ["reef-9.9.9", "..%2f..%2fsetup", "models"])
def test_a_model_that_is_not_listed_is_not_found(client: FlaskClient, label: str) -> None:
    assert client.get(f"/models/{label}.onnx").status_code == 404


def test_the_model_card_is_a_page(client: FlaskClient) -> None:
    card = client.get("/docs/model")

    assert card.status_code == 200
    assert "coralchunk" in card.get_data(as_text=True)


def test_the_openapi_document_is_served(client: FlaskClient) -> None:
    assert json.loads(client.get("/openapi.json").data)["openapi"].startswith("3.1")

"""Test the app below a path, behind nginx with the location that its shipped configuration proposes."""

import contextlib
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from playwright.sync_api import Page, Response, expect

from tests.server import RunningServer, free_port
from tests.test_proxies import SEARCHED, nginx, replaced
from tests.waiting import PATIENCE_S, wait_for
from tests.web.app import choose, file, job_of
from tests.web.conftest import NewPage

pytestmark = pytest.mark.slow
ROOT_LOCATION = """    location / {
        proxy_pass http://coralchunk;
    }
"""
OwnServer = Callable[..., RunningServer]


@pytest.fixture
def origin(own_server: OwnServer, tmp_path: Path) -> Iterator[str]:
    """The address of an nginx whose path /coral/ is a coralchunk, and which has nothing else."""
    if shutil.which("nginx", path=SEARCHED) is None:
        pytest.skip("nginx is not installed; on Debian: apt install nginx-light")
    server = own_server(PROXIES="1", WORKERS="1", WEB_WORKERS="1")
    port = free_port()
    command = nginx(server.port, port, tmp_path)
    configuration = tmp_path / "nginx.conf"
    shipped = replaced(configuration.read_text(), {ROOT_LOCATION: ""})
    configuration.write_text(re.sub(r"^    #(?=\S|    )", "    ", shipped, flags=re.MULTILINE))
    with (tmp_path / "proxy.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env={"PATH": SEARCHED})

    def answers() -> bool:
        assert process.poll() is None, (tmp_path / "proxy.log").read_text()
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"http://127.0.0.1:{port}/coral/V1/api/health").status_code == 200
        return False

    wait_for(answers, "the proxy")
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(PATIENCE_S)


def test_every_request_and_link_of_the_app_stays_below_its_path(origin: str, new_page: NewPage) -> None:
    page = new_page(base_url=origin, service_workers="allow")
    astray: list[str] = []

    def look(answer: Response) -> None:
        if answer.url.startswith("http") and not urlsplit(answer.url).path.startswith("/coral/"):
            astray.append(answer.url)

    page.on("response", look)
    page.goto("/coral/")
    choose(page, file("reef.jpg"))
    job_id = job_of(page, "reef.jpg")
    links = links_of(page)
    page.get_by_role("button", name="Share").click()
    shared = page.locator("#share-link").input_value()
    for address in (shared, f"report/{job_id}", "surveys", "classifiers", "docs"):
        page.goto(urljoin(f"{origin}/coral/", address))
        expect(page.locator("h1").first).to_be_visible()
        links += links_of(page)

    scope = page.evaluate(
        "async () => (await navigator.serviceWorker.getRegistration(`${location.origin}/coral/`)).scope"
    )
    assert scope == f"{origin}/coral/"
    assert astray == []
    assert {urlsplit(link).path.split("/")[1] for link in links if link.startswith(origin)} == {"coral"}
    described = httpx.get(f"{origin}/coral/openapi.json").json()
    assert described["servers"][0]["url"] == "/coral/"


def links_of(page: Page) -> list[str]:
    return page.eval_on_selector_all("a[href]", "links => links.map((link) => link.href)")

"""Test the app without a connection, installed, in the background and across an update of the server."""

import time
from typing import Any

from playwright.sync_api import Browser, Page, Route, expect

from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import wait_for
from tests.web.app import STATIC, choose, completed, file
from tests.web.conftest import NewPage

_INSTALLED = "async () => (await navigator.serviceWorker.ready).active.state === 'activated'"
_STORED = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open("coralchunk");
  opening.onsuccess = () => {
    const asked = opening.result.transaction("settings").objectStore("settings").get("token");
    asked.onsuccess = () => resolve(asked.result);
    opening.result.close();
  };
  opening.onerror = reject;
})"""


def installed(page: Page) -> None:
    page.goto("/")
    page.locator("html[data-ready]").wait_for()
    wait_for(lambda: page.evaluate(_INSTALLED), "the service worker being active")


def test_waiting_photos_are_sent_after_the_page_was_closed(
    new_page: NewPage, whole_browser: Browser, server: RunningServer, server_token: str
) -> None:
    page = new_page(within=whole_browser, service_workers="allow", expected="ERR_INTERNET_DISCONNECTED")
    installed(page)
    page.evaluate("(token) => localStorage.setItem('coralchunk.token', token)", server_token)
    page.context.set_offline(True)
    choose(page, *(file(f"night {number}.jpg", jpeg(300, 300, seed=number)) for number in (1, 2)))
    tags = "async () => (await (await navigator.serviceWorker.ready).sync.getTags()).includes('uploads')"
    wait_for(lambda: page.evaluate(tags), "the request for a background sync")
    devtools = page.context.new_cdp_session(page)
    found: dict[str, Any] = {}

    def note(event: dict[str, Any]) -> None:
        found.update(event if event["registrations"] else {})

    devtools.on("ServiceWorker.workerRegistrationUpdated", note)
    devtools.send("ServiceWorker.enable")
    wait_for(lambda: page.wait_for_timeout(20) or found, "the registration")
    begun = time.time()
    page.goto("about:blank")
    page.context.set_offline(False)
    sync = {
        "registrationId": found["registrations"][0]["registrationId"],
        "tag": "uploads",
        "lastChance": False,
    }
    devtools.send("ServiceWorker.dispatchSyncEvent", {"origin": str(server.client.base_url), **sync})

    def sent() -> list[dict[str, Any]]:
        jobs = server.client.get("/V1/api/jobs", headers={"Authorization": f"Token {server_token}"}).json()[
            "jobs"
        ]
        return [job for job in jobs if job["created_at"] >= begun]

    wait_for(lambda: len(sent()) == 2, "the photos on the server")
    page.goto("/")
    expect(page.locator(".batch-state")).to_have_text("2 of 2 photos done.")
    assert len(sent()) == 2
    assert page.evaluate(_STORED) == server_token
    page.get_by_role("button", name="Token", exact=True).click()
    with page.expect_navigation():
        page.get_by_role("button", name="Log out").click()
    assert page.evaluate(_STORED) is None


def test_a_page_from_before_an_update_is_loaded_again_instead_of_mixed(new_page: NewPage) -> None:
    page = new_page(expected=("404 (NOT FOUND)", "Refused to apply style"))
    loads: list[str] = []

    def older(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        if not loads:
            text = text.replace(STATIC, "/static/0123456789ab")
        loads.append(route.request.resource_type)
        route.fulfill(response=answer, body=text)

    page.route("**/", older)
    page.goto("/")

    page.locator("html[data-ready]").wait_for()
    assert (loads[0], loads[-1], loads.count("document")) == ("document", "document", 2)
    choose(page, file("after.jpg", jpeg(300, 300)))
    completed(page, "after.jpg")

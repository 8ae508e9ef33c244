"""Test that people are invited to a survey in the app, see what their role allows, and are logged."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.server import RunningServer
from tests.users import add_user_with_token
from tests.web.app import barriers
from tests.web.conftest import PHONE, NewPage

Opens = Callable[..., Page]


@pytest.fixture
def opened(new_page: NewPage, own_server: Callable[..., RunningServer]) -> Opens:
    """Opens the page of a survey of ana's as a user who is logged in; vera is a user too."""
    server = own_server(V1_REQUIRE_TOKEN="1", WORKERS="1", WEB_WORKERS="1")  # noqa: S106 - not a password
    tokens = {}
    for name in ("ana", "vera"):
        tokens[name] = add_user_with_token(server, name)
    body = {"name": "Wall", "site": "Tayrona", "date": "2024-03-09"}
    made = server.client.post("/V1/api/surveys", json=body, headers={"X-API-KEY": tokens["ana"]}).json()

    def open_as(name: str, **options: object) -> Page:
        page = new_page(base_url=str(server.client.base_url), **options)
        page.add_init_script(f"localStorage.setItem('coralchunk.token', {json.dumps(tokens[name])})")
        page.goto(f"/surveys#{made['survey_id']}")
        page.locator("html[data-ready]").wait_for()
        return page

    return open_as


def test_a_viewer_is_invited_sees_no_button_that_is_refused_and_becomes_an_annotator(opened: Opens) -> None:
    ana = opened("ana", expected=("404 (NOT FOUND", "503 (Service Unavailable"))
    ana.get_by_label("User name").fill("nobody")
    ana.get_by_role("button", name="Invite").click()
    expect(ana.locator("#invite .bad")).to_contain_text("There is no user 'nobody' here")
    ana.get_by_label("User name").fill("vera")
    ana.get_by_role("button", name="Invite").click()
    expect(ana.locator("#members li")).to_have_count(2)
    assert barriers(ana) == []

    vera = opened("vera", **PHONE)
    expect(vera.locator("#my-role")).to_have_text("Your role in this survey: viewer.")
    for control in ("#edit-survey", "#invite", "#delete", "#share-survey button", "#members select"):
        expect(vera.locator(f"{control}:visible")).to_have_count(0)
    assert vera.evaluate("() => document.documentElement.scrollWidth") <= 360

    refused = {"detail": "The disk is full."}
    ana.route("**/members/vera", lambda route: route.fulfill(status=503, json=refused))
    ana.get_by_label("Role of vera").select_option("admin")
    expect(ana.get_by_role("alert").filter(has_text="The disk is full.")).to_be_visible()
    expect(ana.get_by_label("Role of vera")).to_have_value("viewer")  # what the server knows
    ana.unroute("**/members/vera")
    ana.get_by_label("Role of vera").select_option("annotator")
    expect(ana.locator("#announcement")).to_have_text("vera has another role.")
    vera.reload()
    expect(vera.locator("#my-role")).to_have_text("Your role in this survey: annotator.")

    ana.get_by_role("link", name="Audit log").click()
    expect(ana.locator("#rows tr")).to_have_count(2)
    expect(ana.locator("#rows tr").first).to_contain_text("gave a role")
    expect(ana.locator("#rows tr").first).to_contain_text("vera: annotator")
    assert barriers(ana) == []

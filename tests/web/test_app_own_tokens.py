"""Test the page where users log in and manage their tokens."""

from playwright.sync_api import Dialog, expect

from tests.server import RunningServer
from tests.users import add_user
from tests.web.app import barriers
from tests.web.conftest import NewPage


def agree(dialog: Dialog) -> None:
    """Answer yes to a question of the page."""
    dialog.accept()


def test_a_user_logs_in_creates_a_token_and_revokes_it(new_page: NewPage, server: RunningServer) -> None:
    add_user(server, "page")
    page = new_page(expected="400 (BAD REQUEST")
    page.goto("/tokens")
    page.locator("#log-in").get_by_label("Name").fill("page")
    page.get_by_label("Password").fill("clownfish")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("Unable to log in with this name and password.")).to_be_visible()

    page.get_by_label("Password").fill("parrotfish")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Tokens of page")).to_be_visible()
    page.locator("#create").get_by_label("Name").fill("boat laptop")
    page.get_by_label("classify").uncheck()
    page.get_by_label("Days until it expires").fill("30")
    page.get_by_role("button", name="Create token").click()

    token = page.get_by_label("Copy the token now").input_value()
    row = page.get_by_role("row", name="boat laptop")
    expect(row).to_contain_text("read")
    expect(row).not_to_contain_text("classify")
    assert barriers(page) == []
    headers = {"X-API-KEY": token}
    assert server.client.get("/V1/api/jobs", headers=headers).status_code == 200
    page.on("dialog", agree)
    row.get_by_role("button", name="Revoke boat laptop").click()
    expect(row).to_have_count(0)
    assert server.client.get("/V1/api/jobs", headers=headers).status_code == 401

"""Test the token dialog: it says why it is open, can be opened again, and forgets the token on request."""

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from coralchunk.identity import Scope
from tests.reef import jpeg
from tests.server import RunningServer
from tests.users import add_user, create_token
from tests.web.app import barriers, card, choose, completed, file
from tests.web.conftest import PHONE, NewPage


def use(dialog: Locator, token: str) -> None:
    """Type a token and use it."""
    dialog.get_by_label("Token", exact=True).fill(token)
    dialog.get_by_role("button", name="Use this token").click()


def test_a_token_is_asked_for_with_the_reason_until_one_fits_and_is_forgotten_on_request(
    own_server: Callable[..., RunningServer], new_page: NewPage
) -> None:
    own = own_server(WORKERS="1", WEB_WORKERS="1", V1_REQUIRE_TOKEN="1")  # noqa: S106
    add_user(own, "ana")
    revoked, reading, full = (create_token(own, "ana", *scopes) for scopes in ((), (Scope.READ,), ()))
    own.command("token", "revoke", "1")
    page = new_page(str(own.client.base_url), expected="Failed to load resource", **PHONE)
    page.goto("/")
    dialog = page.get_by_role("dialog")
    again = page.get_by_role("button", name="Token", exact=True)

    choose(
        page,
        *(file(name, jpeg(400, 300, seed=seed)) for seed, name in enumerate(("a.jpg", "b.jpg", "c.jpg"))),
    )
    expect(dialog).to_contain_text("This server requires a token.")
    assert barriers(page) == []
    dialog.get_by_role("button", name="Not now").click()
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        expect(card(page, name)).to_contain_text("Waiting for a token")
    expect(dialog).to_be_hidden()

    again.click()
    for wrong in ("nothing", revoked):
        use(dialog, wrong)
        expect(dialog.get_by_role("alert")).to_contain_text("This token is not valid")
    use(dialog, reading)
    expect(dialog).to_contain_text("the token has only: read. Use another token.")
    expect(dialog).to_contain_text(f"The stored token ends in {reading[-4:]}")
    use(dialog, full)
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        completed(page, name)

    expect(dialog).to_be_hidden()
    again.click()
    dialog.get_by_role("button", name="Log out").click()
    page.wait_for_function("() => localStorage.getItem('coralchunk.token') === null")

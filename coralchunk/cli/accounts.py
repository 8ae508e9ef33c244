"""Implement `coralchunk user` and `coralchunk token`."""

import sys
import time
from datetime import UTC, datetime
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from coralchunk.accounts import Accounts
from coralchunk.config import Settings
from coralchunk.identity import Scope
from coralchunk.storage.migrate import migrate
from coralchunk.storage.sql.database import open_database
from coralchunk.surveys.sweep import sweep_evidence

_SCOPES: Final = [scope.value for scope in Scope]
_DAY_S: Final = 86_400


@click.group()
def user() -> None:
    """Add, list, change, disable and delete users."""


@user.command("add")
@click.argument("name")
@click.pass_obj
def add_user(settings: Settings, name: str) -> None:
    """Add the user NAME; prompts for the password, or reads it from standard input."""
    _accounts(settings).add_user(name, _read_password(), time.time())
    click.echo(f"Added {name}. To create a token: coralchunk token create {name}")


@user.command("list")
@click.pass_obj
def list_users(settings: Settings) -> None:
    """List the users, and how many valid tokens each has."""
    table = Table("user", "created", "valid tokens", "last used", "disabled")
    for row in _accounts(settings).users(time.time()):
        tokens = str(row.valid_tokens)
        times = (_when(row.last_used_at), _when(row.disabled_at))
        table.add_row(row.name, _when(row.created_at), tokens, *times)
    Console().print(table)


@user.command("password")
@click.argument("name")
@click.pass_obj
def set_password(settings: Settings, name: str) -> None:
    """Replace the password of the user NAME; reads it as `user add` does. Tokens stay valid."""
    _accounts(settings).set_password(name, _read_password(), time.time())
    click.echo(f"The password of {name} is replaced. Tokens stay valid; see `coralchunk token list`.")


@user.command()
@click.argument("name")
@click.pass_obj
def disable(settings: Settings, name: str) -> None:
    """Refuse the password and the tokens of the user NAME, from now on; nothing is deleted."""
    _accounts(settings).disable(name, time.time())
    click.echo(f"{name} is disabled. To undo it: coralchunk user enable {name}")


@user.command()
@click.argument("name")
@click.pass_obj
def enable(settings: Settings, name: str) -> None:
    """Accept the password and the tokens of the user NAME again."""
    _accounts(settings).enable(name, time.time())
    click.echo(f"{name} is enabled.")


@user.command("delete")
@click.argument("name")
@click.option("--yes", "is_confirmed", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete_user(settings: Settings, name: str, *, is_confirmed: bool) -> None:
    """Permanently delete the user NAME with their tokens, surveys, labels, images and classifiers."""
    if not is_confirmed:
        click.confirm(f"Permanently delete {name} and everything that belongs to this user?", abort=True)
    _accounts(settings).delete(name, time.time())
    click.echo(f"Deleted {name}.")
    sweep_evidence(settings, time.time())  # the sweeper does it too, within the hour


@click.group()
def token() -> None:
    """Create, list and revoke tokens."""


@token.command()
@click.argument("user_name", metavar="USER")
@click.option("--name", default="", help="Purpose of the token, such as the app or machine that uses it.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(_SCOPES),
    help="What the token allows; repeat it for more. Default: everything.",
)
@click.option("--days", type=click.IntRange(1, 36_500), help="Days until the token expires. Default: never.")
@click.pass_obj
def create(settings: Settings, user_name: str, name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Create a token for USER and print it; it cannot be shown again."""
    wanted = frozenset(Scope(scope) for scope in scopes or _SCOPES)
    now = time.time()
    expires_at = None if days is None else now + days * _DAY_S
    click.echo(_accounts(settings).create_token(user_name, name, wanted, now, expires_at))
    click.echo("Store it now: only its SHA-256 is kept, so it cannot be shown again.", err=True)


@token.command("list")
@click.pass_obj
def list_tokens(settings: Settings) -> None:
    """List all tokens."""
    table = Table("token", "user", "name", "scopes", "created", "last used", "expires", "revoked")
    for row in _accounts(settings).tokens():
        times = [_when(at) for at in (row.created_at, row.last_used_at, row.expires_at, row.revoked_at)]
        table.add_row(str(row.id), row.user_name, row.name, " ".join(row.scopes), *times)
    Console().print(table)


@token.command()
@click.argument("token_id", metavar="NUMBER", type=int)
@click.pass_obj
def revoke(settings: Settings, token_id: int) -> None:
    """Revoke the token with this NUMBER (see `token list`), effective immediately."""
    _accounts(settings).revoke(token_id, time.time())
    click.echo(f"Token {token_id} is revoked.")


def _read_password() -> str:
    stdin = sys.stdin
    if stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return stdin.readline().rstrip("\r\n")


def _accounts(settings: Settings) -> Accounts:
    # A user may be added before the server is started for the first time.
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_database(settings.database_url, settings.data_dir)
    click.get_current_context().call_on_close(database.close)
    migrate(database)
    return Accounts(database)


def _when(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat(sep=" ", timespec="minutes")

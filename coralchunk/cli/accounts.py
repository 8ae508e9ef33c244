"""Implement `coralchunk user` and `coralchunk token`."""

import sys
import time
from datetime import UTC, datetime
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from coralchunk.accounts import Accounts, Scope
from coralchunk.config import Settings
from coralchunk.storage.database import open_database
from coralchunk.storage.migrate import migrate

_SCOPES: Final = [scope.value for scope in Scope]


@click.group()
def user() -> None:
    """Add users."""


@user.command("add")
@click.argument("name")
@click.pass_obj
def add_user(settings: Settings, name: str) -> None:
    """Add the user NAME; prompts for the password, or reads it from standard input."""
    stdin = sys.stdin
    if stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = stdin.readline().rstrip("\r\n")
    _accounts(settings).add_user(name, password, time.time())
    click.echo(f"Added {name}. To create a token: coralchunk token create {name}")


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
@click.pass_obj
def create(settings: Settings, user_name: str, name: str, scopes: tuple[str, ...]) -> None:
    """Create a token for USER and print it; it cannot be shown again."""
    wanted = frozenset(Scope(scope) for scope in scopes or _SCOPES)
    click.echo(_accounts(settings).create_token(user_name, name, wanted, time.time()))
    click.echo("Store it now: only its SHA-256 is kept, so it cannot be shown again.", err=True)


@token.command("list")
@click.pass_obj
def list_tokens(settings: Settings) -> None:
    """List all tokens."""
    table = Table("token", "user", "name", "scopes", "created", "last used", "revoked")
    for row in _accounts(settings).tokens():
        times = (_when(row.created_at), _when(row.last_used_at), _when(row.revoked_at))
        table.add_row(str(row.id), row.user_name, row.name, " ".join(row.scopes), *times)
    Console().print(table)


@token.command()
@click.argument("token_id", metavar="NUMBER", type=int)
@click.pass_obj
def revoke(settings: Settings, token_id: int) -> None:
    """Revoke the token with this NUMBER (see `token list`), effective immediately."""
    _accounts(settings).revoke(token_id, time.time())
    click.echo(f"Token {token_id} is revoked.")


def _accounts(settings: Settings) -> Accounts:
    # A user may be added before the server is started for the first time.
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_database(settings.database_url, settings.data_dir)
    migrate(database)
    return Accounts(database)


def _when(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat(sep=" ", timespec="minutes")

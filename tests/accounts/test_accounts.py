"""Test users, passwords and tokens, in both databases."""

import re

import pytest
from sqlalchemy import text

from coralchunk.accounts import Accounts
from coralchunk.errors.access import BadUser, ScopeMissing, UnknownToken, UnknownUser, WrongToken
from coralchunk.identity import Scope
from coralchunk.storage.rows import audit_events
from coralchunk.storage.sql.database import Database

NOW = 1_900_000_000.0  # Unix seconds
PASSWORD = "parrotfish eat coral"  # noqa: S105 - of a made-up user
EVERYTHING = frozenset(Scope)


@pytest.fixture
def ana(accounts: Accounts) -> str:
    accounts.add_user("ana", PASSWORD, NOW)
    return "ana"


def stored(database: Database) -> str:
    """Return all that the tables hold, as text."""
    with database.reading() as connection:
        return str([connection.execute(text(f"SELECT * FROM {t}")).all() for t in ("users", "tokens")])  # noqa: S608


def test_a_password_opens_only_for_its_user(accounts: Accounts, ana: str) -> None:
    accounts.add_user("ben", "another password", NOW)

    assert accounts.is_password(ana, PASSWORD)
    assert not accounts.is_password(ana, "another password")
    assert not accounts.is_password("ben", PASSWORD)
    assert not accounts.is_password("nobody", PASSWORD)
    assert not accounts.is_password(ana, "")


def test_a_password_is_kept_only_as_argon2(accounts: Accounts, ana: str, database: Database) -> None:
    assert PASSWORD not in stored(database)
    assert "$argon2id$" in stored(database)


def test_a_hash_that_has_become_weak_is_made_anew_at_the_next_login(
    accounts: Accounts, ana: str, database: Database
) -> None:
    weak = stored(database)
    served = Accounts(database)  # with the cost that a server uses

    assert served.is_password(ana, PASSWORD)

    assert "m=8," in weak
    assert "m=8," not in stored(database)
    assert served.is_password(ana, PASSWORD)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param("ana", PASSWORD, id="a name that is taken"),
        pytest.param("", PASSWORD, id="no name"),
        pytest.param("two words", PASSWORD, id="a name with a space"),
        pytest.param("x" * 151, PASSWORD, id="a name that is too long"),
        pytest.param("ben", "short", id="a short password"),
        pytest.param("ben", "x" * 1025, id="a password that is a book"),
    ],
)
def test_a_user_that_cannot_be_is_refused(accounts: Accounts, ana: str, name: str, password: str) -> None:
    with pytest.raises(BadUser):
        accounts.add_user(name, password, NOW)


def test_a_token_is_known_again_and_cannot_be_read_from_the_database(
    accounts: Accounts, ana: str, database: Database
) -> None:
    token = accounts.create_token(ana, "laptop", frozenset({Scope.READ}), NOW)

    identity = accounts.identify(token, NOW)

    assert re.fullmatch(r"ck[0-9a-f]{40}", token)
    assert (identity.user_name, identity.scopes) == (ana, {"read"})
    assert token not in stored(database)
    assert token[2:] not in stored(database)


def test_no_two_tokens_are_the_same(accounts: Accounts, ana: str) -> None:
    tokens = [accounts.create_token(ana, "", EVERYTHING, NOW) for _ in range(20)]

    assert len({*tokens}) == 20
    assert len({accounts.identify(token, NOW).owner for token in tokens}) == 20


@pytest.mark.parametrize(
    "guess",
    [
        "",
        "ck",
        "ck" + "0" * 40,
        "CK" + "0" * 40,
        "ck" + "0" * 41,
        "ck" + "g" * 40,
        "ck" + "\u0660" * 40,
        "x" * 99999,
    ],
)
def test_what_was_never_given_out_is_no_token(accounts: Accounts, ana: str, guess: str) -> None:
    accounts.create_token(ana, "", EVERYTHING, NOW)

    with pytest.raises(WrongToken):
        accounts.identify(guess, NOW)


def test_a_revoked_token_is_worthless_and_the_others_are_not(accounts: Accounts, ana: str) -> None:
    lost, kept = (accounts.create_token(ana, "", EVERYTHING, NOW) for _ in range(2))
    number = accounts.identify(lost, NOW).token_id

    accounts.revoke(number, NOW + 5)

    with pytest.raises(WrongToken):
        accounts.identify(lost, NOW + 5)
    assert accounts.identify(kept, NOW + 5).token_id != number
    assert [row.revoked_at for row in accounts.tokens()] == [NOW + 5, None]
    for unknown in (number, 999):
        with pytest.raises(UnknownToken):
            accounts.revoke(unknown, NOW + 6)


def test_the_last_use_of_a_token_is_kept_to_the_minute(accounts: Accounts, ana: str) -> None:
    token = accounts.create_token(ana, "", EVERYTHING, NOW)
    seen = [accounts.tokens()[0].last_used_at]
    for later_s in (10, 20, 69, 70, 500):
        accounts.identify(token, NOW + later_s)
        seen.append(accounts.tokens()[0].last_used_at)

    assert seen == [None, NOW + 10, NOW + 10, NOW + 10, NOW + 70, NOW + 500]


def test_a_token_is_for_what_it_was_given_out_for(accounts: Accounts, ana: str) -> None:
    identity = accounts.identify(accounts.create_token(ana, "", frozenset({Scope.READ}), NOW), NOW)

    identity.need(Scope.READ)
    with pytest.raises(ScopeMissing, match="'classify'"):
        identity.need(Scope.CLASSIFY)


def test_only_users_have_tokens(accounts: Accounts) -> None:
    with pytest.raises(UnknownUser, match="coralchunk user add ben"):
        accounts.create_token("ben", "", EVERYTHING, NOW)


def test_a_token_expires_at_its_time(accounts: Accounts, ana: str) -> None:
    token = accounts.create_token(ana, "cruise", EVERYTHING, NOW, expires_at=NOW + 60)

    assert accounts.identify(token, NOW + 59).user_name == ana
    with pytest.raises(WrongToken, match="has expired"):
        accounts.identify(token, NOW + 60)
    assert [row.expires_at for row in accounts.tokens()] == [NOW + 60]


def test_another_password_replaces_the_first_and_leaves_tokens_valid(accounts: Accounts, ana: str) -> None:
    token = accounts.create_token(ana, "", EVERYTHING, NOW)

    accounts.set_password(ana, "a new password", NOW + 1)

    assert accounts.is_password(ana, "a new password")
    assert not accounts.is_password(ana, PASSWORD)
    assert accounts.identify(token, NOW).user_name == ana
    with pytest.raises(BadUser, match="8 to 1024"):
        accounts.set_password(ana, "short", NOW + 2)


def test_a_disabled_user_is_refused_until_enabled(accounts: Accounts, ana: str) -> None:
    token = accounts.create_token(ana, "", EVERYTHING, NOW)

    accounts.disable(ana, NOW)

    assert not accounts.is_password(ana, PASSWORD)
    with pytest.raises(WrongToken, match="disabled"):
        accounts.identify(token, NOW)
    assert [(user.disabled_at, user.valid_tokens) for user in accounts.users(NOW)] == [(NOW, 0)]

    accounts.enable(ana, NOW + 1)

    assert accounts.is_password(ana, PASSWORD)
    assert accounts.identify(token, NOW).user_name == ana


def test_a_password_that_is_set_and_a_user_who_is_enabled_are_in_the_audit_log(
    accounts: Accounts, ana: str, database: Database
) -> None:
    accounts.disable(ana, NOW + 1)
    accounts.set_password(ana, "a new password", NOW + 2)
    accounts.enable(ana, NOW + 3)
    with pytest.raises(UnknownUser):
        accounts.enable("nobody", NOW + 4)
    with pytest.raises(UnknownUser):
        accounts.set_password("nobody", "a new password", NOW + 5)

    with database.reading() as connection:
        events = audit_events.all_events(connection, 0)

    told = [(event.action, event.target, event.at, event.user_name) for event in events]
    assert told == [
        ("user-added", ana, NOW, None),
        ("user-disabled", ana, NOW + 1, None),
        ("password-set", ana, NOW + 2, None),
        ("user-enabled", ana, NOW + 3, None),
    ]


def test_a_deleted_user_leaves_nothing_and_the_name_is_free(
    accounts: Accounts, ana: str, database: Database
) -> None:
    accounts.add_user("ben", PASSWORD, NOW)
    token = accounts.create_token(ana, "", EVERYTHING, NOW)
    kept = accounts.create_token("ben", "", EVERYTHING, NOW)

    accounts.delete(ana, NOW)

    with pytest.raises(WrongToken):
        accounts.identify(token, NOW)
    assert accounts.identify(kept, NOW).user_name == "ben"
    assert "ana" not in stored(database)
    accounts.add_user(ana, PASSWORD, NOW)
    assert accounts.identify(kept, NOW).user_name == "ben"


def test_users_are_listed_with_their_valid_tokens_and_last_use(accounts: Accounts, ana: str) -> None:
    accounts.add_user("ben", PASSWORD, NOW)
    used = accounts.create_token(ana, "", EVERYTHING, NOW)
    accounts.create_token(ana, "", EVERYTHING, NOW, expires_at=NOW + 5)
    accounts.create_token(ana, "", EVERYTHING, NOW)
    accounts.revoke(3, NOW)
    accounts.identify(used, NOW + 9)

    listed = [(user.name, user.valid_tokens, user.last_used_at) for user in accounts.users(NOW + 10)]

    assert listed == [("ana", 1, NOW + 9), ("ben", 0, None)]


@pytest.mark.parametrize("change", ["set_password", "disable", "enable", "delete"])
def test_only_users_can_be_changed(accounts: Accounts, change: str) -> None:
    arguments = (PASSWORD, NOW) if change == "set_password" else (NOW,)

    with pytest.raises(UnknownUser):
        getattr(accounts, change)("nobody", *arguments)

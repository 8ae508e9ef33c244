"""Test that users manage their tokens, and that a token gives no more than it has."""

import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from coralchunk.accounts import Accounts
from coralchunk.identity import Scope
from tests.api.test_tokens import Headers, accounts, guarded, settings

__all__ = ["accounts", "guarded", "settings"]  # fixtures
TOKENS = "/V1/api/tokens"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def headers_of(accounts: Accounts, *scopes: Scope, days: float | None = None) -> Headers:
    now = time.time()
    end = None if days is None else now + days * 86_400
    return {"X-API-KEY": accounts.create_token("ana", "first", frozenset(scopes or Scope), now, end)}


def listed(client: FlaskClient, headers: Headers) -> list[dict[str, Any]]:
    return list(client.get(TOKENS, headers=headers).get_json()["tokens"])


def test_a_token_is_created_listed_used_and_revoked(guarded: FlaskClient, accounts: Accounts) -> None:
    mine = headers_of(accounts)
    body = {"name": "boat", "scopes": ["read"], "days": 7}

    answer = guarded.post(TOKENS, json=body, headers=mine)
    created = {"X-API-KEY": answer.get_json()["token"]}
    before = listed(guarded, mine)
    works = guarded.get("/V1/api/jobs", headers=created).status_code
    first, boat = listed(guarded, mine)
    revoked = guarded.delete(f"{TOKENS}/{boat['token_id']}", headers=mine).status_code
    refused = guarded.get("/V1/api/jobs", headers=created).status_code

    assert (answer.status_code, works, revoked, refused) == (201, 200, 200, 401)
    assert (first["is_this"], boat["is_this"]) == (True, False)
    assert (boat["name"], boat["scopes"]) == ("boat", ["read"])
    assert 6.9 < (boat["expires_at"] - time.time()) / 86_400 <= 7
    assert before[1]["last_used_at"] is None
    assert boat["last_used_at"] is not None
    assert [one["name"] for one in listed(guarded, mine)] == ["first"]


def test_a_token_creates_and_revokes_none_that_may_do_more(guarded: FlaskClient, accounts: Accounts) -> None:
    everything, reading = headers_of(accounts), headers_of(accounts, Scope.READ, days=3)
    wide = next(one for one in listed(guarded, everything) if len(one["scopes"]) > 1)

    wider = guarded.post(TOKENS, json={"scopes": ["read", "classify"]}, headers=reading)
    longer = guarded.post(TOKENS, json={"scopes": ["read"], "days": 9, "name": "long"}, headers=reading)
    revoked = guarded.delete(f"{TOKENS}/{wide['token_id']}", headers=reading)

    assert (wider.status_code, revoked.status_code, longer.status_code) == (403, 403, 201)
    own_end = next(one["expires_at"] for one in listed(guarded, reading) if one["is_this"])
    assert [one["expires_at"] for one in listed(guarded, reading) if one["name"] == "long"] == [own_end]


def test_tokens_of_others_are_unknown(guarded: FlaskClient, accounts: Accounts) -> None:
    accounts.add_user("ben", "parrotfish", time.time())
    bens = {"X-API-KEY": accounts.create_token("ben", "his", frozenset(Scope), time.time())}
    mine = headers_of(accounts)
    (his,) = listed(guarded, bens)

    answers = [guarded.delete(f"{TOKENS}/{number}", headers=mine) for number in (his["token_id"], 2**60)]

    assert [(one.status_code, one.get_json()["title"]) for one in answers] == [(404, "NoSuchToken")] * 2
    assert [one["name"] for one in listed(guarded, mine)] == ["first"]
    assert guarded.get(TOKENS).status_code == 401
    assert guarded.post(TOKENS, json={"scopes": []}, headers=mine).status_code == 400

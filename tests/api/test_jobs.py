"""The list of a token's own jobs, by which a phone that has lost its storage finds its results again."""

from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from coralchunk.accounts import Accounts
from coralchunk.identity import Scope
from coralchunk.pipeline.steps.sweep import reconcile_storage
from coralchunk.services import Services
from tests.api.test_tokens import (
    NOW,
    ClientOf,
    Headers,
    accounts,
    anothers,
    guarded,
    mine,
    settings,
    submitted,
    token,
)
from tests.reef import jpeg

__all__ = ["accounts", "anothers", "guarded", "mine", "settings", "token"]  # fixtures
JOBS = "/V1/api/jobs"
PHOTO = jpeg(300, 300)


def sent(client: FlaskClient, headers: Headers, photos: int = 1, **more: str) -> list[int]:
    form = {"image": [(BytesIO(PHOTO), "reef.jpg") for _ in range(photos)], **more}
    answer = client.post("/V1/api/classify", data=form, headers=headers).get_json()
    return answer.get("job_ids", [answer["job_id"]])


def listed(client: FlaskClient, headers: Headers, **query: object) -> dict[str, Any]:
    answer = client.get(JOBS, headers=headers, query_string=query)
    assert answer.status_code == 200, answer.text
    assert "no-cache" in answer.headers["Cache-Control"]
    return answer.get_json()


def ids(page: dict[str, Any]) -> list[int]:
    return [job["job_id"] for job in page["jobs"]]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
class TestListedJobs:
    def test_are_those_of_the_token_newest_first(
        self, guarded: FlaskClient, mine: Headers, anothers: Headers
    ) -> None:
        first, second = submitted(guarded, mine), submitted(guarded, mine)
        submitted(guarded, anothers)

        page = listed(guarded, mine)

        assert ids(page) == [second, first]
        assert page["next"] is None
        status = guarded.get(f"/V1/api/status/{second}", headers=mine).get_json()
        assert {name: page["jobs"][0][name] for name in status} == status
        assert page["jobs"][0]["created_at"] < page["jobs"][0]["expires_at"]
        assert page["jobs"][0]["batch"] is None

    def test_are_paged_without_loss_even_when_they_came_together(
        self, guarded: FlaskClient, mine: Headers
    ) -> None:
        together = sent(guarded, mine, photos=5) + sent(guarded, mine, photos=2)
        found: list[int] = []
        page = listed(guarded, mine, limit=3)
        pages = [ids(page)]
        while page["next"]:
            page = listed(guarded, mine, limit=3, before=page["next"])
            pages.append(ids(page))

        for some in pages:
            found += some
        assert [len(some) for some in pages] == [3, 3, 1]
        assert sorted(found) == sorted(together)
        assert set(found[:2]) == set(together[5:])

    def test_a_photo_that_comes_meanwhile_moves_no_page(self, guarded: FlaskClient, mine: Headers) -> None:
        first, second = submitted(guarded, mine), submitted(guarded, mine)
        page = listed(guarded, mine, limit=1)
        submitted(guarded, mine)

        assert ids(page) == [second]
        assert ids(listed(guarded, mine, limit=1, before=page["next"])) == [first]

    def test_can_be_those_of_a_batch(self, guarded: FlaskClient, mine: Headers, anothers: Headers) -> None:
        dive = sent(guarded, mine, photos=2, batch="Tauchgang 7, früh")
        submitted(guarded, mine)
        sent(guarded, anothers, batch="Tauchgang 7, früh")

        page = listed(guarded, mine, batch="Tauchgang 7, früh")

        assert sorted(ids(page)) == sorted(dive)
        assert {job["batch"] for job in page["jobs"]} == {"Tauchgang 7, früh"}
        assert ids(listed(guarded, mine, batch="another")) == []

    def test_a_raw_body_names_its_batch_in_the_query(self, guarded: FlaskClient, mine: Headers) -> None:
        headers = mine | {"Content-Type": "image/jpeg"}
        answer = guarded.post("/V1/api/classify?batch=dive", data=PHOTO, headers=headers)

        assert ids(listed(guarded, mine, batch="dive")) == [answer.get_json()["job_id"]]

    def test_lose_what_was_deleted(self, guarded: FlaskClient, mine: Headers, services: Services) -> None:
        kept, gone = sent(guarded, mine, photos=2, batch="dive")
        guarded.delete(f"/V1/api/classify/{gone}", headers=mine)

        assert ids(listed(guarded, mine)) == ids(listed(guarded, mine, batch="dive")) == [kept]
        (key,) = services.stores.redis.keys("coralchunk:owned:token-?")
        assert services.stores.redis.zcard(key) == 1

    def test_are_there_again_after_redis_was_wiped(
        self, guarded: FlaskClient, mine: Headers, services: Services
    ) -> None:
        (job_id,) = sent(guarded, mine, batch="dive")
        services.stores.redis.flushall()
        assert ids(listed(guarded, mine)) == []

        (folder,) = services.stores.blobs.folders()
        reconcile_storage(services.stores, folder.changed_at + 60)

        assert ids(listed(guarded, mine, batch="dive")) == [job_id]

    def test_ids_may_be_text(self, guarded: FlaskClient, mine: Headers) -> None:
        job_id = submitted(guarded, mine)

        assert ids(listed(guarded, mine, ids="text")) == [str(job_id)]

    def test_need_a_token_for_reading(
        self, guarded: FlaskClient, accounts: Accounts, client: FlaskClient
    ) -> None:
        writer = accounts.create_token("ana", "", frozenset({Scope.CLASSIFY}), NOW)

        assert guarded.get(JOBS).status_code == 401
        assert client.get(JOBS).status_code == 401  # on an open server too
        assert guarded.get(JOBS, headers={"X-API-KEY": writer}).status_code == 403

    @pytest.mark.parametrize(
        "query",
        [
            "limit=0",
            "limit=101",
            "limit=ten",
            "limit=",
            "before=x",
            "before=1-",
            "batch=%00",
            "batch=" + "x" * 101,
        ],
    )
    def test_refuse_what_cannot_be_asked(self, guarded: FlaskClient, mine: Headers, query: str) -> None:
        refused = guarded.get(f"{JOBS}?{query}", headers=mine)

        assert (refused.status_code, refused.get_json()["title"]) == (400, "BadValue")

    @pytest.mark.parametrize("name", ["x" * 101, "a\nb", "\x7f"])
    def test_a_batch_has_a_printable_name(self, guarded: FlaskClient, mine: Headers, name: str) -> None:
        form = {"image": (BytesIO(PHOTO), "reef.jpg"), "batch": name}
        refused = guarded.post("/V1/api/classify", data=form, headers=mine)

        assert (refused.status_code, refused.get_json()["title"]) == (400, "BadValue")
        assert ids(listed(guarded, mine)) == []

    def test_an_open_server_lists_what_was_sent_with_a_valid_token(
        self, client_of: ClientOf, settings: Any, mine: Headers
    ) -> None:
        open_server = client_of(settings.model_copy(update={"v1_require_token": False}))
        known = submitted(open_server, mine)
        submitted(open_server, {})
        submitted(open_server, {"X-API-KEY": "made-up"})

        assert ids(listed(open_server, mine)) == [known]
        assert open_server.get(f"/V1/api/status/{known}").status_code == 200  # its id is still the key

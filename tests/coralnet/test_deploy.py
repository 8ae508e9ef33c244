"""Test the deploy API on a real queue, with a real worker and a host on loopback."""

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from coralchunk.accounts import Accounts
from coralchunk.arrays import Pixels, Probabilities
from coralchunk.config import Settings
from coralchunk.errors.access import WrongToken
from coralchunk.identity import Scope
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.scene import Scene
from coralchunk.inference.classifier import Classifier
from coralchunk.pipeline.queue.task import Task
from coralchunk.pipeline.records import keys
from coralchunk.pipeline.steps.cancel import cancel
from coralchunk.pipeline.steps.retry import retry
from coralchunk.pipeline.steps.sweep import reconcile_storage
from coralchunk.pipeline.stores import open_stores
from coralchunk.pipeline.worker.context import WorkerContext
from coralchunk.services import Services
from coralchunk.storage.remote import fetch
from coralchunk.terms import CHUNK_PX, Chunk
from jobs.worker import ChunkWorker
from tests.coralnet.conftest import MEDIA_TYPE, PASSWORD, Ask, WorkOff, image, images
from tests.coralnet.host import HEIGHT, WIDTH, ImageHost
from tests.reef import jpeg
from tests.waiting import wait_for

DEPLOY = "/api/classifier/1/deploy/"


def job_of(location: str) -> int:
    return int(location.split("/")[3])


def test_a_job_goes_from_pending_to_its_result_in_the_order_given(
    ask: Ask, host: ImageHost, work_off: WorkOff
) -> None:
    points = [(0, 0), (399, 599), (200, 300)]
    accepted = ask(
        DEPLOY, images(image(host.url("reef.jpg"), *points), image(host.url("two.png"), (249, 299)))
    )
    status = accepted.headers["Location"]
    early = ask(status.replace("status", "result"))
    pending = ask(status)
    work_off()
    done = ask(status)
    answer = ask(done.headers["Location"])

    assert (accepted.status_code, accepted.get_data()) == (202, b"")
    assert status == f"/api/deploy_job/{job_of(status)}/status/"
    assert (early.status_code, early.get_json()) == (
        409,
        {"errors": [{"detail": "This job isn't finished yet"}]},
    )
    assert pending.get_json() == {
        "data": [
            {
                "type": "job",
                "id": str(job_of(status)),
                "attributes": {"successes": 0, "failures": 0, "total": 2, "status": "Pending"},
            }
        ]
    }
    assert (done.status_code, done.headers["Location"]) == (303, status.replace("status", "result"))
    assert {a.content_type for a in (accepted, early, pending, done, answer)} == {MEDIA_TYPE}
    first, second = answer.get_json()["data"]["images"]
    assert (first["url"], second["url"]) == (host.url("reef.jpg"), host.url("two.png"))
    assert [(point["row"], point["column"]) for point in first["points"]] == points
    for point in (*first["points"], *second["points"]):
        scores = [one["score"] for one in point["classifications"]]
        assert scores == sorted(scores, reverse=True)
        assert 0.99 < sum(scores) <= 1
        assert {one["label_id"] for one in point["classifications"]} == {1, 2, 3}
        assert all(one["label_code"] and one["label_name"] for one in point["classifications"])


def test_a_point_is_judged_through_the_window_around_it_shifted_inside_the_photo(
    ask: Ask, host: ImageHost, work_off: WorkOff, settings: Settings, context: WorkerContext
) -> None:
    corners = {(0, 0): (0, 0), (HEIGHT - 1, WIDTH - 1): (156, 356), (200, 300): (78, 178), (150, 10): (28, 0)}
    status = ask(DEPLOY, images(image(host.url("reef.jpg"), *corners))).headers["Location"]
    work_off()

    (classified,) = ask(status.replace("status", "result")).get_json()["data"]["images"]

    photo = open_photo(fetch(host.url("reef.jpg"), settings), settings.max_pixels)
    for point, (row, column) in zip(classified["points"], corners.values(), strict=True):
        window = photo.cut(Chunk(column, row, CHUNK_PX, CHUNK_PX))[None]
        expected = context.classifier.probabilities(window, photo.scene)[0]
        scores = {one["label_id"]: one["score"] for one in point["classifications"]}
        assert [scores[number] for number in (1, 2, 3)] == pytest.approx(expected.tolist(), abs=1e-5)


def test_a_photo_smaller_than_a_window_is_judged_too(ask: Ask, host: ImageHost, work_off: WorkOff) -> None:
    status = ask(DEPLOY, images(image(host.url("small.jpg"), (79, 99)))).headers["Location"]
    work_off()

    (classified,) = ask(status.replace("status", "result")).get_json()["data"]["images"]

    assert len(classified["points"][0]["classifications"]) == 3


def test_an_image_that_fails_fails_alone_and_says_why(ask: Ask, host: ImageHost, work_off: WorkOff) -> None:
    bad = [("gone.jpg", "404"), ("page.html", "not a photo"), ("large.jpg", "larger than 1 MB")]
    asked = [image(host.url(name)) for name, _ in bad]
    outside = image(host.url("reef.jpg"), (0, 0), (HEIGHT, 0))
    status = ask(DEPLOY, images(*asked, outside, image(host.url("reef.jpg")))).headers["Location"]
    work_off()

    *failed, told, good = ask(status.replace("status", "result")).get_json()["data"]["images"]

    for one, (name, reason) in zip(failed, bad, strict=True):
        assert (one["url"], "points" in one) == (host.url(name), False)
        assert reason in one["errors"][0]
    assert "400 rows (0 to 399) and 600 columns (0 to 599)" in told["errors"][0]
    assert "points" in good


def test_the_status_counts_what_is_judged_and_what_failed(
    ask: Ask, host: ImageHost, work_off: WorkOff
) -> None:
    names = ("reef.jpg", "gone.jpg", "held.jpg")
    with host.holding():
        status = ask(DEPLOY, images(*(image(host.url(name)) for name in names))).headers["Location"]

        def counted() -> dict[str, object]:
            return ask(status).get_json()["data"][0]["attributes"]

        work_off(lambda: counted()["successes"] == counted()["failures"] == 1)
        attributes = counted()
    work_off()

    assert attributes == {"successes": 1, "failures": 1, "total": 3, "status": "In Progress"}
    assert ask(status).status_code == 303


@pytest.mark.parametrize("how", ["deploy", "status", "result", "setting"])
def test_the_form_of_the_live_server_is_given_where_it_is_asked_for(  # noqa: PLR0917 - fixtures
    ask: Ask,
    host: ImageHost,
    work_off: WorkOff,
    how: str,
    client_of: Callable[[Settings], FlaskClient],
    settings: Settings,
    token: str,
) -> None:
    live = {name: "?format=live" if how == name else "" for name in ("deploy", "status", "result")}
    asked = images(image(host.url("reef.jpg")), image(host.url("gone.jpg")))
    status = ask(DEPLOY + live["deploy"], asked).headers["Location"]
    work_off()
    place = ask(status + live["status"]).headers["Location"] + live["result"]

    answer = ask(place)
    if how == "setting":
        client = client_of(settings.model_copy(update={"coralnet_format": "live"}))
        answer = client.get(place, headers={"X-API-KEY": token})

    good, bad = answer.get_json()["data"]
    assert (good["type"], good["id"]) == ("image", host.url("reef.jpg"))
    assert set(good["attributes"]) == {"url", "points"}
    assert set(bad["attributes"]) == {"url", "errors"}


def test_paths_without_the_last_slash_are_the_same(ask: Ask, host: ImageHost, work_off: WorkOff) -> None:
    status = ask(DEPLOY.rstrip("/"), images(image(host.url("reef.jpg")))).headers["Location"]
    work_off()

    assert ask(status.rstrip("/")).status_code == 303
    assert ask(status.replace("status", "result").rstrip("/")).status_code == 200
    assert ask("/api/classifiers").get_json() == ask("/api/classifiers/").get_json()


def test_classifiers_are_listed_with_their_labels(ask: Ask, services: Services) -> None:
    (told,) = ask("/api/classifiers/").get_json()["data"]

    assert (told["type"], told["id"]) == ("classifier", "1")
    assert (told["attributes"]["name"], told["attributes"]["version"]) == (
        services.model.name,
        services.model.version,
    )
    assert [label["label_id"] for label in told["attributes"]["labels"]] == [1, 2, 3]


def test_a_job_is_there_for_all_tokens_of_its_user_and_for_no_other_user(
    ask: Ask, host: ImageHost, work_off: WorkOff, accounts: Accounts
) -> None:
    status = ask(DEPLOY, images(image(host.url("reef.jpg")))).headers["Location"]
    work_off()
    second, stranger = (
        {"X-API-KEY": accounts.create_token(user, "", frozenset({Scope.READ}), 1.0)}
        for user in ("ana", "ben")
    )

    assert ask(status, headers=second).status_code == 303
    for path in (status, status.replace("status", "result")):
        assert ask(path, headers=stranger).status_code == 404


def test_jobs_of_one_language_are_unknown_in_another(ask: Ask, app: FlaskClient, host: ImageHost) -> None:
    point_request = job_of(ask(DEPLOY, images(image(host.url("reef.jpg")))).headers["Location"])
    photo = app.post("/V1/api/classify", data={"image": (BytesIO(jpeg(300, 300)), "r.jpg")})

    assert app.get(f"/V1/api/status/{point_request}").status_code == 404
    assert app.delete(f"/V1/api/classify/{point_request}").status_code == 404
    assert ask(f"/api/deploy_job/{photo.get_json()['job_id']}/status/").status_code == 404


def test_a_token_is_given_for_a_name_and_a_password(ask: Ask, app: FlaskClient) -> None:
    given = ask("/api/token_auth/", {"username": "ana", "password": PASSWORD}, headers={})
    form = app.post("/api/token_auth", data={"username": "ana", "password": PASSWORD})

    token = given.get_json()["token"]
    assert given.get_data(as_text=True) == f'{{"token":"{token}"}}'
    assert (given.status_code, form.status_code) == (200, 200)
    assert ask("/api/classifiers/", headers={"Authorization": f"Token {token}"}).status_code == 200


def test_who_logs_in_again_and_again_leaves_few_tokens_behind(accounts: Accounts) -> None:
    own = accounts.create_token("ana", "laptop", frozenset(Scope), 1.0)
    first = accounts.log_in("ana", PASSWORD, 2.0)
    name = accounts.tokens()[-1].name
    for _ in range(21):
        accounts.create_token("ana", name, frozenset(Scope), 2.0)
    last = accounts.log_in("ana", PASSWORD, 2.0)

    valid = [row for row in accounts.tokens() if row.revoked_at is None]

    assert len(valid) == 21
    assert accounts.identify(last, 3.0).user_name == accounts.identify(own, 3.0).user_name == "ana"
    with pytest.raises(WrongToken):
        accounts.identify(first, 3.0)


def test_a_wiped_redis_loses_no_job_and_no_owner(
    ask: Ask, host: ImageHost, services: Services, work_off: WorkOff
) -> None:
    status = ask(DEPLOY, images(image(host.url("reef.jpg")), image(host.url("two.png")))).headers["Location"]
    stored_at = next(services.stores.blobs.folders()).changed_at

    services.stores.redis.flushall()
    reconcile_storage(services.stores, stored_at + 60)
    work_off()

    assert len(ask(status.replace("status", "result")).get_json()["data"]["images"]) == 2


def test_a_photo_that_trips_a_bug_fails_alone(
    ask: Ask, host: ImageHost, work_off: WorkOff, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Classifier.probabilities

    def trip(self: Classifier, windows: Iterable[Pixels], scene: Scene) -> Probabilities:
        cut = list(windows)
        if len(cut) == 2:
            raise RuntimeError("a bug")
        return original(self, cut, scene)

    monkeypatch.setattr(Classifier, "probabilities", trip)
    asked = images(
        image(host.url("reef.jpg")), image(host.url("reef.jpg"), (1, 1), (2, 2)), image(host.url("two.png"))
    )
    status = ask(DEPLOY, asked).headers["Location"]
    work_off()

    answer = ask(status.replace("status", "result")).get_json()["data"]["images"]

    assert ["points" in one for one in answer] == [True, False, True]
    assert "tried 3 times" in answer[1]["errors"][0]


def test_a_job_that_is_deleted_while_its_photo_is_fetched_leaves_nothing(
    ask: Ask, host: ImageHost, services: Services, work_off: WorkOff
) -> None:
    with host.holding():
        status = ask(DEPLOY, images(image(host.url("held.jpg")))).headers["Location"]
        work_off(lambda: bool(host.held))
        cancel(services.stores, job_of(status), kind=None)
    wait_for(lambda: not services.stores.redis.zcard(keys.Held.FETCHES), "the end of the fetch")
    work_off(lambda: not services.stores.admission.load().tasks)

    assert ask(status).status_code == 404
    assert list(services.stores.blobs.folders()) == []


def test_a_job_can_be_begun_again_by_the_operator(
    ask: Ask, host: ImageHost, services: Services, work_off: WorkOff
) -> None:
    status = ask(DEPLOY, images(image(host.url("reef.jpg")))).headers["Location"]
    work_off()

    retry(services.stores, job_of(status), time.time())
    again = ask(status)
    work_off()

    assert (again.status_code, ask(status).status_code) == (200, 303)


def test_what_was_fetched_is_kept_no_longer_than_it_is_needed(
    ask: Ask, host: ImageHost, services: Services, work_off: WorkOff, settings: Settings
) -> None:
    ask(DEPLOY, images(image(host.url("reef.jpg")), image(host.url("gone.jpg"))))

    work_off()

    left = {path.name for path in (settings.data_dir / "jobs").rglob("*") if path.is_file()}
    assert left == {"owner", "request.json", "result.json"}


def test_where_too_many_are_fetched_already_the_others_wait_their_turn(
    ask: Ask, host: ImageHost, services: Services, settings: Settings, context: WorkerContext
) -> None:
    narrow = open_stores(settings.model_copy(update={"fetch_parallel": 2}), redis_timeout_s=5)
    with host.holding():
        places = [
            ask(DEPLOY, images(*[image(host.url("held.jpg"))] * 3)).headers["Location"] for _ in range(2)
        ]
        for _ in range(2):
            ChunkWorker(f"tests.{secrets.token_hex(4)}", replace(context, stores=narrow)).work(burst=True)
        wait_for(lambda: len(host.held) == 2, "two fetch_slots")
        parked = services.stores.redis.llen(keys.Held.FETCHES.parked)
        live = services.stores.tasks.live_jobs()
    while services.stores.records.open_jobs():
        wait_for(lambda: narrow.admission.load().tasks or not narrow.records.open_jobs(), "a task")
        ChunkWorker(f"tests.{secrets.token_hex(4)}", replace(context, stores=narrow)).work(burst=True)
    narrow.redis.close()

    assert (parked, host.max_held) == (4, 2)
    assert live == {job_of(place) for place in places}
    assert [ask(place).status_code for place in places] == [303, 303]


def test_the_place_of_a_process_that_died_goes_to_another(services: Services) -> None:
    stores = services.stores
    tasks = [Task(job_id, 0, 2) for job_id in range(1, 11)]
    entered = [stores.fetch_slots.acquire(task, 1000.0) for task in tasks]

    stores.fetch_slots.release_expired(1030.0)
    soon = stores.admission.load().tasks
    stores.fetch_slots.release_expired(1061.0)

    assert entered == [True] * 8 + [False] * 2
    assert (soon, stores.admission.load().tasks) == (0, 2)
    assert stores.tasks.live_jobs() == {9, 10}

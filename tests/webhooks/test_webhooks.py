"""Test webhooks: what is sent, to whom, how it is signed, and what happens when it does not arrive."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from flask.testing import FlaskClient
from standardwebhooks import Webhook as Verifier

from coralchunk.accounts import Accounts
from coralchunk.config import Settings
from coralchunk.identity import Scope
from coralchunk.pipeline.worker.context import WorkerContext, open_worker_context
from coralchunk.services import Services
from coralchunk.storage.rows import webhooks
from coralchunk.storage.sql.database import Database, open_database
from coralchunk.webhooks import deliver
from coralchunk.webhooks.collect import QUIET_S, collect
from coralchunk.webhooks.deliver import MOST_ATTEMPTS, next_attempt
from jobs.worker import ChunkWorker
from tests.hashing import QUICK_HASHER
from tests.reef import jpeg
from tests.server import RunningServer, free_port
from tests.users import add_user_with_token
from tests.waiting import PATIENCE_S, wait_for
from tests.webhooks.receiver import Receiver, receiving

HOOKS = "/V1/api/webhooks"
BATCH = "coralchunk.batch.finished"
Headers = dict[str, str]
TokenOf = Callable[[str], Headers]
MakeClient = Callable[[Settings], FlaskClient]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def settings(services: Services, database_url: str, receiver: Receiver) -> Settings:
    changed = {
        "webhooks": True,
        "database_url": database_url,
        "fetch_allow": (f"127.0.0.1:{receiver.port}",),
        "smtp_url": f"smtp://127.0.0.1:{free_port()}",
        "mail_from": "reef@lab.example",
    }
    return services.settings.model_copy(update=changed)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    settings.data_dir.mkdir(parents=True)
    opened = open_database(settings.database_url, settings.data_dir)
    yield opened
    opened.close()


@pytest.fixture
def client(client_of: MakeClient, settings: Settings, database: Database) -> FlaskClient:
    return client_of(settings)


@pytest.fixture
def worker(client: FlaskClient) -> Iterator[WorkerContext]:
    served: Services = client.application.extensions["coralchunk"]
    opened = open_worker_context(served.stores, served.models, served.model)
    yield opened
    opened.networks.close()


@pytest.fixture
def token_of(database: Database) -> TokenOf:
    accounts = Accounts(database, QUICK_HASHER)
    known: set[str] = set()

    def make(user: str) -> Headers:
        if user not in known:
            known.add(user)
            accounts.add_user(user, "parrotfish", 1.0)
        return {"X-API-KEY": accounts.create_token(user, "", frozenset(Scope), 1.0)}

    return make


@pytest.fixture
def ana(token_of: TokenOf) -> Headers:
    return token_of("ana")


def add(client: FlaskClient, headers: Headers, url: str, *events: str) -> dict[str, Any]:
    answer = client.post(HOOKS, json={"url": url, "events": list(events)}, headers=headers)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return dict(answer.get_json())


def deliver_due(database: Database, settings: Settings, now: float) -> int:
    """Deliver in a thread: in this one, a browser of other tests may run an event loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(deliver.deliver_due, database, settings, now).result(PATIENCE_S)


def send(client: FlaskClient, headers: Headers, seed: int = 1, **fields: str) -> int:
    form = {"image": (BytesIO(jpeg(300, 200, seed)), "reef.jpg"), **fields}
    return int(client.post("/V1/api/classify", data=form, headers=headers).get_json()["job_id"])


def classify(worker: WorkerContext) -> None:
    ChunkWorker(f"tests.{time.monotonic_ns()}", worker).work(burst=True, logging_level="CRITICAL")


def log_of(client: FlaskClient, headers: Headers, webhook: dict[str, Any]) -> list[dict[str, Any]]:
    path = f"{HOOKS}/{webhook['webhook_id']}/deliveries"
    return list(client.get(path, headers=headers).get_json()["deliveries"])


def test_a_classified_photo_is_told_to_the_webhooks_of_its_token_signed(
    client: FlaskClient, database: Database, worker: WorkerContext, receiver: Receiver, token_of: TokenOf
) -> None:
    ana, ben = token_of("ana"), token_of("ben")
    webhook = add(client, ana, receiver.url)
    add(client, ana, receiver.url, "coralchunk.job.failed")
    add(client, ben, receiver.url)
    job_id = send(client, ana)
    classify(worker)
    now = time.time()

    added = [collect(worker.stores, database, now) for _ in range(2)]
    tried = deliver_due(database, worker.stores.settings, now)

    assert (added, tried) == ([1, 0], 1)
    ((headers, body),) = receiver.received
    event = Verifier(webhook["secret"]).verify(body, headers)
    assert headers["content-type"].startswith("application/cloudevents+json")
    assert (event["specversion"], event["id"]) == ("1.0", headers["webhook-id"])
    assert (event["type"], event["subject"]) == ("coralchunk.job.completed", str(job_id))
    assert event["data"]["job_id"] == job_id
    assert client.get(event["data"]["status_url"]).get_json()["status"] == "completed"
    (delivery,) = log_of(client, ana, webhook)
    assert (delivery["status"], delivery["attempts"], delivery["answer"]) == (
        "delivered",
        1,
        "204 No Content",
    )


def test_a_batch_is_finished_when_its_photos_are_and_none_was_added_for_a_while(
    client: FlaskClient, database: Database, worker: WorkerContext, receiver: Receiver, ana: Headers
) -> None:
    webhook = add(client, ana, receiver.url, BATCH)
    first = [send(client, ana, seed, batch="dive 7") for seed in (1, 2)]
    classify(worker)
    now = time.time()

    added = [collect(worker.stores, database, now + after) for after in (0, QUIET_S + 1, QUIET_S + 2)]
    deliver_due(database, worker.stores.settings, now + QUIET_S + 2)
    send(client, ana, 3, batch="dive 7")
    classify(worker)
    now = time.time()
    more = [collect(worker.stores, database, now + after) for after in (0, QUIET_S + 1)]

    assert (added, more) == ([0, 1, 0], [0, 1])
    ((_, body),) = receiver.received
    event = json.loads(body)
    assert (event["type"], event["subject"]) == (BATCH, "dive 7")
    figures = {"photos": 2, "completed": 2, "failed": 0}
    assert event["data"] == {"batch": "dive 7", **figures, "job_ids": sorted(first)}
    assert len(log_of(client, ana, webhook)) == 2


def test_a_batch_with_an_open_photo_is_not_finished(
    client: FlaskClient, database: Database, worker: WorkerContext, receiver: Receiver, ana: Headers
) -> None:
    add(client, ana, receiver.url, BATCH)
    send(client, ana, 1, batch="dive 8")
    classify(worker)
    send(client, ana, 2, batch="dive 8")
    now = time.time()

    assert [collect(worker.stores, database, now + after) for after in (0, 2 * QUIET_S)] == [0, 0]


def test_what_does_not_arrive_is_tried_again_given_up_and_sent_again_on_request(
    client: FlaskClient, database: Database, worker: WorkerContext, receiver: Receiver, ana: Headers
) -> None:
    webhook = add(client, ana, receiver.url)
    send(client, ana)
    classify(worker)
    now = time.time()
    collect(worker.stores, database, now)
    receiver.statuses = [500]

    deliver_due(database, worker.stores.settings, now)
    while (log := log_of(client, ana, webhook))[0]["status"] == "waiting":
        at = log[0]["next_attempt_at"]
        assert deliver_due(database, worker.stores.settings, at - 0.01) == 0
        assert deliver_due(database, worker.stores.settings, at) == 1
    receiver.statuses = [200]
    path = f"{HOOKS}/{webhook['webhook_id']}/deliveries/{log[0]['delivery_id']}/replay"
    replayed = client.post(path, headers=ana)
    deliver_due(database, worker.stores.settings, time.time())

    assert (log[0]["status"], log[0]["attempts"]) == ("failed", MOST_ATTEMPTS)
    assert log[0]["answer"] == "500 Internal Server Error"
    assert replayed.status_code == 200
    assert log_of(client, ana, webhook)[0]["status"] == "delivered"
    assert len(receiver.received) == MOST_ATTEMPTS + 1
    assert len({headers["webhook-id"] for headers, _ in receiver.received}) == 1


def test_waits_grow_to_hours_and_are_spread() -> None:
    waits = [[next_attempt(tries, 0.0) or 0.0 for _ in range(50)] for tries in range(1, MOST_ATTEMPTS)]

    assert all(len({*of_attempt}) > 1 for of_attempt in waits)
    assert 4 <= min(waits[0]) <= max(waits[0]) <= 6
    assert min(waits[-1]) > 4 * 3600
    assert max(map(max, waits)) <= 1.2 * 6 * 3600
    assert next_attempt(MOST_ATTEMPTS, 0.0) is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_other_answers_than_2xx_are_no_delivery_and_410_ends_it(
    client: FlaskClient, database: Database, worker: WorkerContext, receiver: Receiver, ana: Headers
) -> None:
    webhook = add(client, ana, receiver.url)
    told = []
    for seed, status in enumerate((302, 404, 410)):
        send(client, ana, seed)
        classify(worker)
        receiver.statuses = [status]
        collect(worker.stores, database, time.time())
        deliver_due(database, worker.stores.settings, time.time())
        delivery = log_of(client, ana, webhook)[0]
        (kept,) = client.get(HOOKS, headers=ana).get_json()["webhooks"]
        told.append((delivery["answer"], delivery["status"], kept["disabled_at"] is not None))

    assert told == [
        ("302 Found", "waiting", False),
        ("404 Not Found", "waiting", False),
        ("410 Gone", "failed", True),
    ]
    assert len(receiver.received) == 3  # a redirect is not followed


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_addresses_inside_the_operators_network_are_not_used(
    client: FlaskClient, database: Database, worker: WorkerContext, ana: Headers
) -> None:
    urls = ["http://127.0.0.1:9/x", "http://169.254.169.254/latest", "http://[::1]/", "http://192.168.77.1/"]
    added = [add(client, ana, url) for url in urls]
    send(client, ana)
    classify(worker)
    collect(worker.stores, database, time.time())

    deliver_due(database, worker.stores.settings, time.time())

    for webhook in added:
        (delivery,) = log_of(client, ana, webhook)
        assert delivery["answer"].startswith("the address may not be used from here"), webhook


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_sender_that_dies_leaves_its_delivery_to_the_next(
    client: FlaskClient, database: Database, worker: WorkerContext, receiver: Receiver, ana: Headers
) -> None:
    add(client, ana, receiver.url)
    send(client, ana)
    classify(worker)
    now = time.time()
    collect(worker.stores, database, now)
    with database.writing() as connection:
        webhooks.take_due(connection, now, now + 120, 10)  # and then it is killed

    tried = [deliver_due(database, worker.stores.settings, now + after) for after in (1, 121)]

    assert tried == [0, 1]
    assert len(receiver.received) == 1


def test_webhooks_belong_to_a_token_and_their_secret_is_shown_once(
    client: FlaskClient, receiver: Receiver, token_of: TokenOf
) -> None:
    ana, ben = token_of("ana"), token_of("ben")
    webhook = add(client, ana, receiver.url)
    path = f"{HOOKS}/{webhook['webhook_id']}"

    listed = client.get(HOOKS, headers=ana)
    strangers = [
        client.delete(path, headers=ben).status_code,
        client.get(f"{path}/deliveries", headers=ben).status_code,
        client.post(f"{path}/deliveries/1/replay", headers=ben).status_code,
        client.post(f"{path}/deliveries/99999999999/replay", headers=ana).status_code,
        client.get(HOOKS).status_code,
    ]

    assert webhook["secret"].startswith("whsec_")
    assert "whsec_" not in listed.get_data(as_text=True)
    assert strangers == [404, 404, 404, 404, 401]
    assert client.get(HOOKS, headers=ben).get_json() == {"webhooks": []}
    assert client.delete(path, headers=ana).status_code == 200
    assert client.get(HOOKS, headers=ana).get_json() == {"webhooks": []}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_address_that_cannot_be_told_is_refused(
    client: FlaskClient, client_of: MakeClient, settings: Settings, ana: Headers
) -> None:
    off = client_of(settings.model_copy(update={"webhooks": False, "smtp_url": None}))
    unmailed = client_of(settings.model_copy(update={"smtp_url": None}))
    bodies: list[dict[str, Any]] = [
        {"url": "ftp://lab.example"},
        {"url": "https://ana:secret@lab.example"},
        {"url": "https://lab.example", "events": ["tide"]},
        {"url": "https://lab.example\n"},
        {"url": "mailto:ana"},
        {"url": "mailto:ana@reef.example?cc=ben@reef.example"},
        {"url": "mailto:ana@reef.example", "events": ["coralchunk.job.failed"]},
    ]

    answers = [client.post(HOOKS, json=body, headers=ana).status_code for body in bodies]
    refused = off.post(HOOKS, json={"url": "https://lab.example"}, headers=ana)
    no_mail = unmailed.post(HOOKS, json={"url": "mailto:ana@reef.example"}, headers=ana)
    many = [
        client.post(HOOKS, json={"url": "https://lab.example"}, headers=ana).status_code for _ in range(21)
    ]

    assert answers == [400] * len(bodies)
    assert (refused.status_code, refused.get_json()["title"]) == (403, "WebhooksOff")
    assert (no_mail.status_code, "CORALCHUNK_SMTP_URL" in no_mail.get_json()["detail"]) == (400, True)
    assert many == [201] * 20 + [400]


class Mailbox(Message):
    """Keeps the messages that a mail server accepts."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.messages.append(message)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_finished_batch_is_told_by_e_mail(
    client: FlaskClient, database: Database, worker: WorkerContext, ana: Headers
) -> None:
    webhook = add(client, ana, "mailto:ana@reef.example")
    send(client, ana, batch="dive 7")
    classify(worker)
    now = time.time()
    for after in (0.0, QUIET_S + 1):
        collect(worker.stores, database, now + after)

    deliver_due(database, worker.stores.settings, now + QUIET_S + 1)  # no mail server yet
    failed = log_of(client, ana, webhook)[0]
    box, (_, _, port) = Mailbox(), str(worker.stores.settings.smtp_url).rpartition(":")
    server = Controller(box, hostname="127.0.0.1", port=int(port))
    server.start()
    deliver_due(database, worker.stores.settings, failed["next_attempt_at"])
    server.stop()

    assert webhook["events"] == [BATCH]
    assert failed["status"] == "waiting"
    (message,) = box.messages
    assert (message["From"], message["To"]) == ("reef@lab.example", "ana@reef.example")
    assert message["Subject"] == "Batch dive 7: 1 of 1 photos classified"
    assert f"/V1/api/webhooks/{webhook['webhook_id']}" in message.get_payload()
    assert log_of(client, ana, webhook)[0]["status"] == "delivered"


def test_a_killed_server_tells_what_happened_after_its_restart(
    own_server: Callable[..., RunningServer], receiver: Receiver
) -> None:
    settings = {"WEBHOOKS": "1", "FETCH_ALLOW": f"127.0.0.1:{receiver.port}"}
    running = own_server(**settings, WORKERS="1", WEB_WORKERS="1")
    running.client.headers["X-API-KEY"] = add_user_with_token(running, "ana")
    secret = running.command("webhook", "add", "1", receiver.url).split()[0]
    receiver.statuses = [503, 200]
    job_id = running.submit(jpeg(300, 200))
    wait_for(lambda: receiver.received, "the first attempt being sent")
    # One whose answer is not recorded when the server dies is repeated only after two minutes.
    wait_for(lambda: "503" in running.command("webhook", "deliveries", "1"), "the first attempt")

    running.kill()
    running.start()
    wait_for(lambda: len(receiver.received) >= 2, "the next attempt")

    for headers, body in receiver.received:
        assert Verifier(secret).verify(body, headers)["data"]["job_id"] == job_id
    assert len({headers["webhook-id"] for headers, _ in receiver.received}) == 1
    wait_for(lambda: "200 OK" in running.command("webhook", "deliveries", "1"), "the log")
    assert "127.0.0.1" in running.command("webhook", "list")
    running.command("webhook", "replay", "1", "1")
    wait_for(lambda: len(receiver.received) >= 3, "the delivery being repeated")
    assert "deleted" in running.command("webhook", "delete", "1")

"""Act as a user of collections: upload and delete images, train, and remember what was accepted."""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from coralchunk.config import Settings
from coralchunk.datasets.sweep import remove_orphans
from coralchunk.storage.files.image_blobs import ImageBlobs
from coralchunk.storage.objects.places import open_named_store
from coralchunk.storage.rows.images import blobs_of_user
from coralchunk.storage.rows.users import find_user
from coralchunk.storage.sql.database import open_database
from tests.reef import encoded
from tests.server import RunningServer
from tests.training.textures import TEXTURES, texture
from tests.waiting import wait_for

MIN_IMAGES: Final = 3  # of a label, set on the server
_NAME: Final = "ben"
_PAUSE_S: Final = 0.5
_LABELS: Final = tuple(TEXTURES)[:2]
_DELETES: Final = 0.15  # share of the actions on an image
_TRAINS: Final = 0.1
_ENDS: Final = 0.01  # share of the actions that delete the collection
_PATIENCE_S: Final = 120.0
_LATER_S: Final = 2 * 3600.0  # the sweep leaves what is younger than an hour


@dataclass
class Held:
    """A collection that was accepted."""

    id: str
    labels: dict[str, str]
    images: set[str] = field(default_factory=set)


@dataclass
class CollectionLedger:
    """What the user remembers."""

    held: Held | None = None
    images: int = 0
    trainings: int = 0
    deleted: int = 0


class CollectionUser(threading.Thread):
    """One user, who keeps one collection after the other."""

    def __init__(self, server: RunningServer, ended: threading.Event, seed: int) -> None:
        super().__init__(daemon=True)
        server.command("user", "add", _NAME, typed="parrotfish\n")
        token = server.command("token", "create", _NAME).strip()
        headers = {"Authorization": f"Token {token}"}
        self._client: Final = httpx.Client(
            base_url=f"http://127.0.0.1:{server.port}", timeout=30, headers=headers
        )
        self._headers: Final = headers
        self._ledger: Final = CollectionLedger()
        self._ended: Final = ended
        self._random: Final = random.Random(seed)
        self._seed = 0

    def run(self) -> None:
        """Work until the end."""
        while not self._ended.wait(_PAUSE_S * self._random.random()):
            held = self._ledger.held
            if held is None:
                self._begin()
                continue
            dice = self._random.random()
            if dice < _ENDS:
                self._end(held)
            elif dice < _ENDS + _TRAINS:
                self._ledger.trainings += self._send("POST", f"/{held.id}/train") is not None
            elif dice < _ENDS + _TRAINS + _DELETES and held.images:
                self._delete_image(held)
            else:
                self._upload(held)
        self._client.close()

    def told(self) -> str:
        """Say what was accepted."""
        known = self._ledger
        return (
            f"{known.images} images and {known.trainings} trainings accepted,"
            f" {known.deleted} collections deleted"
        )

    def wrong(self, server: RunningServer) -> Iterator[str]:
        """Yield what is wrong: lost images, images without bytes, trainings that never end, orphans."""
        base_url = f"http://127.0.0.1:{server.port}"
        with httpx.Client(base_url=base_url, timeout=30, headers=self._headers) as client:
            if self._ledger.held is not None:
                yield from _wrong_images(client, self._ledger.held)
                yield from _wrong_training(client, self._ledger.held)
        yield from _orphans(server)

    def _begin(self) -> None:
        made = self._send("POST", "", json={"name": "Textures"})
        for name in _LABELS:
            made = None if made is None else self._send("POST", f"/{made['id']}/labels", json={"name": name})
        if made is not None:
            self._ledger.held = Held(made["id"], {one["name"]: one["id"] for one in made["labels"]})

    def _end(self, held: Held) -> None:
        # Without an answer it may be deleted or not; either way it is no longer asked for.
        self._ledger.held = None
        self._ledger.deleted += self._send("DELETE", f"/{held.id}") is not None

    def _upload(self, held: Held) -> None:
        self._seed += 1
        name = self._random.choice(_LABELS)
        files = {"image": ("a.png", encoded(texture(name, self._seed), "PNG"))}
        added = self._send("POST", f"/{held.id}/images", files=files, data={"label_id": held.labels[name]})
        if added is not None:
            held.images.add(added["id"])
            self._ledger.images += 1

    def _delete_image(self, held: Held) -> None:
        image = self._random.choice(sorted(held.images))
        held.images.discard(image)  # without an answer it may be there or not
        self._send("DELETE", f"/{held.id}/images/{image}")

    def _send(self, method: str, path: str, **more: Any) -> dict[str, Any] | None:
        try:
            answer = self._client.request(method, f"/V1/api/collections{path}", **more)
        except httpx.TransportError:
            return None
        taken: dict[str, Any] | None = answer.json() if answer.is_success else None
        return taken


def _wrong_images(client: httpx.Client, held: Held) -> Iterator[str]:
    found = {}
    for label in held.labels.values():
        page = client.get(f"/V1/api/collections/{held.id}/images", params={"label": label, "limit": 200})
        found.update({one["id"]: one["thumbnail"] for one in page.json()["images"]})
    for image in held.images - found.keys():
        yield f"image {image} is lost"
    for image, thumbnail in found.items():
        if client.get(thumbnail).status_code != 200:
            yield f"image {image} has no bytes"


def _wrong_training(client: httpx.Client, held: Held) -> Iterator[str]:
    """Check that trainings have ended, that versions have their files, and that another training works."""
    address = f"/V1/api/collections/{held.id}"

    def found() -> dict[str, Any]:
        collection: dict[str, Any] = client.get(address).json()
        return collection

    def settled() -> bool:
        return found()["training"]["state"] != "training"

    try:
        wait_for(settled, "the end of the training", _PATIENCE_S)
        if all(label["images"] >= MIN_IMAGES for label in found()["labels"]):
            client.post(f"{address}/train").raise_for_status()
            wait_for(settled, "the end of the last training", _PATIENCE_S)
            if found()["training"]["state"] != "trained":
                yield f"the last training failed: {found()['training']['error']}"
    except AssertionError as late:
        yield f"collection {held.id}: {late}"
    for version in found()["versions"]:
        file = f"{address}/versions/{version['number']}.onnx"
        if version["state"] == "ready" and client.get(file).status_code != 200:
            yield f"version {version['number']} has no file"


def _orphans(server: RunningServer) -> Iterator[str]:
    """Sweep as in two hours, and compare the folders of images with the rows."""
    settings = Settings(workers=1, data_dir=server.data_dir)
    database = open_database(None, server.data_dir)
    blobs = ImageBlobs(open_named_store(settings, "images"))
    try:
        remove_orphans(database, blobs, time.time() + _LATER_S)
        left = {name for name, _ in blobs.folders()}
        with database.reading() as connection:
            user = find_user(connection, _NAME)
            known = set() if user is None else set(blobs_of_user(connection, user.id))
    finally:
        database.close()
    yield from (f"image without bytes: {blob}" for blob in sorted(known - left))
    yield from (f"bytes without an image: {blob}" for blob in sorted(left - known))

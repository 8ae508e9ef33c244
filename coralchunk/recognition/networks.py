"""Keep the networks that users upload: files in the store, rows in the database."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, Final

from coralchunk.config import Settings
from coralchunk.errors import QueueDown, UnknownJob
from coralchunk.errors.networks import BadNetwork, UnknownNetwork
from coralchunk.networks.means import SUFFIXES
from coralchunk.networks.preprocessing import Preprocessing
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.recognition.task_request import NetworkFiles, TaskRequest, submit_task
from coralchunk.pipeline.records.job import JobKind, JobState
from coralchunk.pipeline.steps.cancel import cancel
from coralchunk.pipeline.stores import Stores
from coralchunk.pipeline.worker.network_cache import ONNX_FILE, mean_file, recipe_of
from coralchunk.recognition.orphans import remove_orphans
from coralchunk.recognition.page import Page
from coralchunk.recognition.row_ids import can_be_id
from coralchunk.storage.rows.networks import (
    Network,
    NetworkState,
    add_network,
    change_network,
    count_networks,
    delete_network,
    find_network,
    page_of_networks,
)
from coralchunk.storage.sql.database import Database

FRAMEWORK: Final = "onnx"
_ONNX: Final = ".onnx"
_TENSORS: Final = "tensors.json"
_CONVERTERS: Final = {  # beginning of a framework's name -> how to make an ONNX file of its networks
    "tensorflow": "python -m tf2onnx.convert --saved-model FOLDER --output model.onnx",
    "tflite": "python -m tf2onnx.convert --tflite MODEL.tflite --output model.onnx",
    "keras": "python -m tf2onnx.convert --saved-model FOLDER --output model.onnx",
    "nv-caffe": "python -m caffe2onnx.convert --prototxt deploy.prototxt"
    " --caffemodel snapshot.caffemodel --onnx model.onnx",
    "caffe": "python -m caffe2onnx.convert --prototxt deploy.prototxt"
    " --caffemodel snapshot.caffemodel --onnx model.onnx",
    "pytorch": "torch.onnx.export(model, example, 'model.onnx')",
}


@dataclass(frozen=True, slots=True)
class NewNetwork:
    """What somebody uploads."""

    name: str
    description: str
    metadata: dict[str, Any]
    framework: str
    preprocessing: Preprocessing
    post_processings: Any  # JSON, kept as it was sent
    files: Mapping[str, bytes]  # by the name of their field


@dataclass(frozen=True, slots=True)
class Owner:
    """Who uploads and asks."""

    user_id: int
    job_owner: str  # what is written on their jobs


class NetworkService:
    """The networks of all users."""

    def __init__(self, database: Database, stores: Stores) -> None:
        self._database: Final = database
        self._stores: Final = stores

    @property
    def _settings(self) -> Settings:
        return self._stores.settings

    def add(self, owner: Owner, new: NewNetwork, now: float) -> Network:
        """Keep a network and queue its trial run. `now` in Unix seconds.

        Raises BadNetwork, DatabaseDown, QueueFull, QueueDown, Stopping or StorageFull; then nothing is kept.
        """
        self._check_room(owner)
        remove_orphans(self._database, self._stores.networks, now)
        onnx, means = sorted_files(new)
        recipe = recipe_of(onnx, new.preprocessing, means)
        blob = uuid.uuid4().hex
        stored = NetworkFiles(
            blob=blob, sha256=hashlib.sha256(onnx).hexdigest(), preprocessing=new.preprocessing
        )
        tensors = {"inputs": [one.name for one in recipe.graph.inputs], "outputs": recipe.graph.output_names}
        files = {mean_file(name): content for name, content in means.items()}
        files |= {ONNX_FILE: onnx, _TENSORS: json.dumps(tensors).encode()}
        with ExitStack() as undo:
            undo.callback(self._stores.networks.remove_folder, blob)
            for name, content in files.items():
                self._stores.networks.write(f"{blob}/{name}", BytesIO(content))
            request = TaskRequest(kind="deployment", network=stored)
            job_id = submit_task(self._stores, request, {}, owner.job_owner, now)
            undo.callback(cancel, self._stores, job_id, kind=None)
            with self._database.writing() as connection:
                network = add_network(connection, _row(owner, new, stored, len(onnx), job_id, now))
            undo.pop_all()  # kept: from here on nothing takes it back
        return network

    def find(self, user_id: int, network_id: int) -> Network:
        """Return a network of a user. Raises UnknownNetwork."""
        found = None
        if can_be_id(network_id):
            with self._database.reading() as connection:
                found = find_network(connection, user_id, network_id)
        if found is None:
            raise UnknownNetwork(network_id)
        return self._settled(found)

    def page(self, user_id: int, page: Page) -> tuple[Sequence[Network], int]:
        """Return some networks of a user, oldest first, and how many there are."""
        with self._database.reading() as connection:
            found = page_of_networks(connection, user_id, offset=page.offset, limit=page.limit)
            return found, count_networks(connection, user_id)

    def change(self, user_id: int, network_id: int, changes: Mapping[str, Any], now: float) -> Network:
        """Give a network another name, description or metadata. Raises UnknownNetwork."""
        self.find(user_id, network_id)
        with self._database.writing() as connection:
            change_network(connection, network_id, {**changes, "updated_at": now})
        return self.find(user_id, network_id)

    def delete(self, user_id: int, network_id: int) -> None:
        """Remove a network, its files and its versions. Raises UnknownNetwork."""
        network = self.find(user_id, network_id)
        with self._database.writing() as connection:
            delete_network(connection, network_id)
        self._stores.networks.remove_folder(network.blob)

    def tensors(self, network: Network) -> tuple[list[str], list[str]]:
        """Return the names of a network's inputs and outputs. Raises UnknownNetwork if its files are gone."""
        try:
            told = json.loads(self._stores.networks.read(f"{network.blob}/{_TENSORS}"))
        except FileNotFoundError:
            raise UnknownNetwork(network.id) from None
        return list(told["inputs"]), list(told["outputs"])

    def _settled(self, network: Network) -> Network:
        """Write down how a trial run ended, once that is known: its task expires, and workers know no SQL."""
        if network.state != NetworkState.PENDING or network.job_id is None:
            return network
        try:
            job = get_job(self._stores, network.job_id, kind=JobKind.DEPLOYMENT)
        except (UnknownJob, QueueDown):
            return network
        if not job.state.is_final:
            return network
        state = NetworkState.READY if job.state is JobState.COMPLETED else NetworkState.FAILED
        with self._database.writing() as connection:
            change_network(connection, network.id, {"state": state, "error": job.error})
        return replace(network, state=state, error=job.error)

    def _check_room(self, owner: Owner) -> None:
        with self._database.reading() as connection:
            there = count_networks(connection, owner.user_id)
        most = self._settings.networks_per_user
        if there >= most:
            raise BadNetwork(
                f"you have {there} networks, and a user may have {most} (CORALCHUNK_NETWORKS_PER_USER);"
                " delete one first"
            )


def files_of(network: Network) -> NetworkFiles:
    """Return what a task needs to know of a network."""
    return NetworkFiles(
        blob=network.blob,
        sha256=network.sha256,
        preprocessing=Preprocessing.model_validate(network.preprocessing),
    )


def check_framework(framework: str) -> None:
    """Raise BadNetwork for a framework whose networks are not run here, with the way to convert them."""
    if framework.lower() == FRAMEWORK:
        return
    convert = next(
        (how for name, how in _CONVERTERS.items() if framework.lower().startswith(name)),
        "an exporter of your framework (https://onnx.ai/supported-tools)",
    )
    raise BadNetwork(
        f"its framework {framework[:100]!r} is not run here; convert the network to ONNX ({convert})"
        f" and send it with framework {FRAMEWORK!r} and a file whose name ends in {_ONNX}"
    )


def sorted_files(new: NewNetwork) -> tuple[bytes, dict[str, bytes]]:
    """Return the ONNX file and the mean files of an upload. Raises BadNetwork."""
    check_framework(new.framework)
    networks = [name for name in new.files if name.lower().endswith(_ONNX)]
    if len(networks) != 1:
        raise BadNetwork(
            f"it has {len(networks)} files whose field's name ends in {_ONNX}; send exactly one,"
            " such as model.onnx, with all its weights in it"
        )
    means = {name: content for name, content in new.files.items() if name not in networks}
    for name in means:
        if not name.endswith(SUFFIXES):
            raise BadNetwork(
                f"the file {name[:100]!r} is neither a network ({_ONNX}) nor a mean ({', '.join(SUFFIXES)});"
                " weights outside the network's file are not read"
            )
    return new.files[networks[0]], means


def _row(
    owner: Owner, new: NewNetwork, stored: NetworkFiles, size_bytes: int, job_id: int, now: float
) -> Network:
    return Network(
        id=0,
        user_id=owner.user_id,
        name=new.name,
        description=new.description,
        framework=FRAMEWORK,
        sha256=stored.sha256,
        size_bytes=size_bytes,
        blob=stored.blob,
        preprocessing=new.preprocessing.model_dump(mode="json", exclude_unset=True),
        post_processings=new.post_processings,
        metadata=new.metadata,
        state=NetworkState.PENDING,
        error=None,
        job_id=job_id,
        created_at=now,
        updated_at=now,
    )

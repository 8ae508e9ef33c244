"""Networks, specifications and versions as services, on SQLite and PostgreSQL, without HTTP."""

import time
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from coralchunk.errors import Stopping
from coralchunk.errors.networks import (
    BadRecognition,
    UnknownNetwork,
    UnknownSpecification,
    UnknownTask,
    UnknownVersion,
)
from coralchunk.networks.postprocessing import Output, PostProcessing
from coralchunk.networks.preprocessing import Preprocessing
from coralchunk.pipeline.steps.submit import submit
from coralchunk.recognition.chunk_mapping import mapped_network
from coralchunk.recognition.networks import NewNetwork, Owner
from coralchunk.recognition.page import Page
from coralchunk.recognition.public_models import PublicModels
from coralchunk.recognition.service import Recognition, open_recognition
from coralchunk.recognition.specifications import NewSpecification
from coralchunk.services import Services
from coralchunk.storage.registry import Registry
from coralchunk.storage.rows.networks import NetworkState, change_network
from coralchunk.storage.rows.users import add_user, find_user
from coralchunk.storage.sql.database import Database, open_database
from coralchunk.terms import State
from tests.deepomatic.networks import outputs, preprocessing
from tests.networks import onnx_files
from tests.reef import jpeg

ALL = Page(0, 100)
HOW = (PostProcessing.model_validate({"classification": {"output_tensor": "prob"}}),)


@pytest.fixture
def database(database_url: str, services: Services) -> Iterator[Database]:
    opened = open_database(database_url, services.settings.data_dir)
    with opened.writing() as connection:
        for name in ("ana", "ben"):
            add_user(connection, name, "no password", 1.0)
    yield opened
    opened.close()


@pytest.fixture
def recognition(database: Database, services: Services) -> Recognition:
    registry = Registry(database, services.models, services.model)
    return open_recognition(
        database, services.stores, PublicModels(services.models, services.model, registry)
    )


@pytest.fixture
def ana(database: Database) -> Owner:
    return owner(database, "ana")


@pytest.fixture
def ben(database: Database) -> Owner:
    return owner(database, "ben")


def owner(database: Database, name: str) -> Owner:
    with database.reading() as connection:
        user = find_user(connection, name)
    assert user is not None
    return Owner(user.id, f"user-{user.id}")


def new_network(name: str = "reef", onnx: bytes = onnx_files.mean_colour()) -> NewNetwork:
    return NewNetwork(
        name=name,
        description="",
        metadata={"depth": [1, 2.5, None]},
        framework="onnx",
        preprocessing=Preprocessing.model_validate(preprocessing()),
        post_processings=None,
        files={"model.onnx": onnx},
    )


def new_specification(*names: str) -> NewSpecification:
    given: Any = outputs(*(names or ("a", "b", "c")))
    return NewSpecification("what", "", {}, tuple(Output.model_validate(one) for one in given))


def test_a_network_is_kept_with_its_files_and_its_trial_run(
    recognition: Recognition, services: Services, ana: Owner, ben: Owner
) -> None:
    kept = recognition.networks.add(ana, new_network(), time.time())

    found = recognition.networks.find(ana.user_id, kept.id)
    assert (found.name, found.metadata, found.state) == (
        "reef",
        {"depth": [1, 2.5, None]},
        NetworkState.PENDING,
    )
    assert found.preprocessing == preprocessing()
    assert recognition.networks.tensors(found) == (["data"], ["prob"])
    assert recognition.inferences.task(kept.job_id or 0, ana.job_owner).status == "pending"
    with pytest.raises(UnknownNetwork):
        recognition.networks.find(ben.user_id, kept.id)
    with pytest.raises(UnknownTask):
        recognition.inferences.task(kept.job_id or 0, ben.job_owner)
    assert recognition.networks.page(ben.user_id, ALL) == ([], 0)


@pytest.mark.parametrize("is_good", [True, False], ids=["success", "error"])
def test_how_the_trial_run_ended_is_written_down(
    recognition: Recognition, services: Services, ana: Owner, is_good: bool
) -> None:
    kept = recognition.networks.add(ana, new_network(), time.time())
    records = services.stores.records
    assert (
        records.complete(kept.job_id or 0, None) if is_good else records.fail(kept.job_id or 0, "It broke.")
    )
    recognition.networks.find(ana.user_id, kept.id)
    records.delete(kept.job_id or 0)  # as when its time is over

    found = recognition.networks.find(ana.user_id, kept.id)

    expected = (NetworkState.READY, None) if is_good else (NetworkState.FAILED, "It broke.")
    assert (found.state, found.error) == expected


def test_nothing_is_kept_of_a_network_that_finds_no_room(
    recognition: Recognition, services: Services, ana: Owner
) -> None:
    services.stores.admission.close(60)

    with pytest.raises(Stopping):
        recognition.networks.add(ana, new_network(), time.time())

    assert list(services.stores.networks.folders()) == []
    assert recognition.networks.page(ana.user_id, ALL) == ([], 0)


def test_nothing_is_kept_of_a_network_that_gets_no_row(
    recognition: Recognition, services: Services, ana: Owner
) -> None:
    nobody = replace(ana, user_id=10**6)  # no such user: the database refuses the row

    with pytest.raises(Exception, match=r"(?i)foreign key"):
        recognition.networks.add(nobody, new_network(), time.time())

    assert list(services.stores.networks.folders()) == []
    assert services.stores.records.open_jobs() == {}


def test_files_without_a_row_are_removed_after_a_while(
    recognition: Recognition, services: Services, ana: Owner
) -> None:
    kept = recognition.networks.add(ana, new_network(), time.time())
    services.stores.networks.write("leftover/network.onnx", BytesIO(b"x"))

    recognition.networks.add(ana, new_network(), time.time())
    early = {folder.name for folder in services.stores.networks.folders()}
    recognition.networks.add(ana, new_network(), time.time() + 4000)
    late = {folder.name for folder in services.stores.networks.folders()}

    assert "leftover" in early
    assert "leftover" not in late
    assert kept.blob in late


def test_versions_go_with_their_network_and_specifications_lose_their_current_one(
    recognition: Recognition, services: Services, ana: Owner
) -> None:
    network = recognition.networks.add(ana, new_network(), time.time())
    spec = recognition.specifications.add(ana.user_id, new_specification(), 1.0)
    first = recognition.versions.add(ana.user_id, spec.id, network.id, HOW, 1.0)
    recognition.versions.add(ana.user_id, spec.id, network.id, HOW, 2.0)
    current = recognition.specifications.find(ana.user_id, spec.id).current_version_id

    recognition.networks.delete(ana.user_id, network.id)

    assert current == first.row.id
    assert recognition.specifications.find(ana.user_id, spec.id).current_version_id is None
    assert recognition.versions.page(ana.user_id, None, ALL) == ([], 0)
    assert list(services.stores.networks.folders()) == []
    with pytest.raises(UnknownVersion):
        recognition.versions.find(ana.user_id, first.row.id)


def test_a_version_needs_a_network_and_a_specification_of_one_owner(
    recognition: Recognition, ana: Owner, ben: Owner
) -> None:
    network = recognition.networks.add(ana, new_network(), time.time())
    spec = recognition.specifications.add(ben.user_id, new_specification(), 1.0)

    with pytest.raises(UnknownNetwork):
        recognition.versions.add(ben.user_id, spec.id, network.id, HOW, 1.0)
    with pytest.raises(UnknownSpecification):
        recognition.versions.add(ana.user_id, spec.id, network.id, HOW, 1.0)


def test_a_version_must_fit_its_specification(recognition: Recognition, ana: Owner) -> None:
    network = recognition.networks.add(ana, new_network(), time.time())
    spec = recognition.specifications.add(ana.user_id, new_specification("only"), 1.0)
    three = PostProcessing.model_validate(
        {"classification": {"output_tensor": "prob", "thresholds": [0.1, 0.2, 0.3]}}
    )

    with pytest.raises(BadRecognition, match="there are 3, and the output has 1 labels"):
        recognition.versions.add(ana.user_id, spec.id, network.id, [three], 1.0)


def test_a_network_for_chunks_needs_a_meaning_for_each_label_and_a_trial_run(
    recognition: Recognition, database: Database, ana: Owner
) -> None:
    network = recognition.networks.add(ana, new_network(), 0.0)
    spec = recognition.specifications.add(ana.user_id, new_specification("red", "green", "blue"), 0.0)
    version = recognition.versions.add(ana.user_id, spec.id, network.id, HOW, 1.0)
    states = [State.BLEACHED, State.HEALTHY, State.NOT_CORAL]

    with pytest.raises(BadRecognition, match="trial run"):
        mapped_network(version, states)
    with database.writing() as connection:
        change_network(connection, network.id, {"state": NetworkState.READY.value})
    ready = recognition.versions.find(ana.user_id, version.row.id)
    with pytest.raises(BadRecognition, match="there are 2, and the version has 3 labels: red, green, blue"):
        mapped_network(ready, states[:2])

    found = mapped_network(ready, states)

    assert (found.output, found.labels, found.states) == ("prob", ("red", "green", "blue"), tuple(states))


def test_pages_cut_lists_in_the_order_of_creation(recognition: Recognition, ana: Owner) -> None:
    specs = [recognition.specifications.add(ana.user_id, new_specification(), float(n)).id for n in range(5)]
    networks = [recognition.networks.add(ana, new_network(str(n)), float(n)).id for n in range(3)]

    found, count = recognition.specifications.page(ana.user_id, Page(1, 2))
    assert ([spec.id for spec in found], count) == (specs[1:3], 5)
    listed, count = recognition.networks.page(ana.user_id, Page(2, 2))
    assert ([network.id for network in listed], count) == (networks[2:], 3)


@pytest.mark.parametrize("number", [-1, 0, 2**31, 10**30])
def test_numbers_that_no_row_has_are_unknown(recognition: Recognition, ana: Owner, number: int) -> None:
    with pytest.raises(UnknownNetwork):
        recognition.networks.find(ana.user_id, number)
    with pytest.raises(UnknownSpecification):
        recognition.specifications.find(ana.user_id, number)
    with pytest.raises(UnknownVersion):
        recognition.versions.find(ana.user_id, number)


def test_jobs_of_other_kinds_are_no_tasks(recognition: Recognition, services: Services, ana: Owner) -> None:
    photo = submit(services.stores, BytesIO(jpeg(300, 200)), time.time(), "test", owner=ana.job_owner)

    with pytest.raises(UnknownTask):
        recognition.inferences.task(photo if isinstance(photo, int) else photo[0], ana.job_owner)

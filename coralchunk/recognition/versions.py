"""Keep versions: a network that recognises what a specification says, and how its tensors are read."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from coralchunk.errors.networks import BadRecognition, UnknownVersion
from coralchunk.networks.postprocessing import Output, PostProcessing, Roi
from coralchunk.recognition.networks import NetworkService
from coralchunk.recognition.page import Page
from coralchunk.recognition.row_ids import can_be_id
from coralchunk.recognition.specifications import SpecificationService, outputs_of
from coralchunk.storage.rows.classifier_versions import (
    ClassifierVersion,
    VersionState,
    add_version,
    delete_version,
    get_version,
    versions_of,
)
from coralchunk.storage.rows.classifiers import (
    Classifier,
    ClassifierKind,
    change_classifier,
    classifiers_of,
    find_classifier,
)
from coralchunk.storage.rows.networks import Network, get_network
from coralchunk.storage.sql.database import Database

_MOST: Final = 1000  # of one specification


@dataclass(frozen=True, slots=True)
class Version:
    """A version with what it belongs to."""

    row: ClassifierVersion
    specification: Classifier
    network: Network


class VersionService:
    """The versions of all users."""

    def __init__(
        self, database: Database, networks: NetworkService, specifications: SpecificationService
    ) -> None:
        self._database: Final = database
        self._networks: Final = networks
        self._specifications: Final = specifications

    def add(
        self, user_id: int, spec_id: int, network_id: int, how: Sequence[PostProcessing], now: float
    ) -> Version:
        """Keep a version. The first one of a specification becomes its current one.

        how  one for each output of the specification
        now  Unix seconds

        Raises UnknownSpecification, UnknownNetwork, BadRecognition.
        """
        specification = self._specifications.find(user_id, spec_id)
        network = self._networks.find(user_id, network_id)
        check_post_processings(outputs_of(specification), how, *self._networks.tensors(network))
        with self._database.writing() as connection:
            there = versions_of(connection, [spec_id])
            if len(there) >= _MOST:
                raise BadRecognition(
                    "version", f"a specification may have {_MOST} versions; delete one first"
                )
            row = add_version(connection, _row(specification, network_id, how, now))
            if not there:
                changes = {"current_version_id": row.id, "updated_at": now}
                change_classifier(connection, spec_id, changes)
        return Version(row, specification, network)

    def find(self, user_id: int, version_id: int) -> Version:
        """Return a version of a user. Raises UnknownVersion."""
        if not can_be_id(version_id):
            raise UnknownVersion(version_id)
        with self._database.reading() as connection:
            row = get_version(connection, version_id)
            specification = row and find_classifier(connection, user_id, row.classifier_id)
            network = row and row.network_id and get_network(connection, row.network_id)
        if not row or not network or not specification or not _is_specification(specification):
            raise UnknownVersion(version_id)
        return Version(row, specification, network)

    def page(self, user_id: int, spec_id: int | None, page: Page) -> tuple[Sequence[Version], int]:
        """Return some versions of a user, oldest first, and how many there are.

        spec_id  of which specification; None for all

        Raises UnknownSpecification.
        """
        if spec_id is not None:
            self._specifications.find(user_id, spec_id)
        with self._database.reading() as connection:
            owned = {
                one.id: one
                for one in classifiers_of(connection, user_id, frozenset({ClassifierKind.SPECIFICATION}))
                if spec_id in {None, one.id}
            }
            rows = versions_of(connection, list(owned)) if owned else []
            chosen = rows[page.offset : page.offset + page.limit]
            networks = {row.network_id: get_network(connection, row.network_id or 0) for row in chosen}
        found = [
            Version(row, owned[row.classifier_id], network)
            for row in chosen
            if (network := networks[row.network_id]) is not None
        ]
        return found, len(rows)

    def delete(self, user_id: int, version_id: int) -> None:
        """Remove a version; a specification whose current one it was has none. Raises UnknownVersion."""
        version = self.find(user_id, version_id)
        with self._database.writing() as connection:
            if version.specification.current_version_id == version_id:
                change_classifier(connection, version.specification.id, {"current_version_id": None})
            delete_version(connection, version.row)


def post_processings_of(version: ClassifierVersion) -> tuple[PostProcessing, ...]:
    """Return how the tensors of a version's network are read."""
    return tuple(PostProcessing.model_validate(one) for one in version.post_processing)


def check_post_processings(
    outputs: Sequence[Output], how: Sequence[PostProcessing], inputs: Sequence[str], tensors: Sequence[str]
) -> None:
    """Raise BadRecognition unless each output of a specification is read from tensors that there are.

    inputs   names of the network's inputs
    tensors  names of its outputs
    """
    if len(how) != len(outputs):
        raise BadRecognition(
            "post_processings", f"there are {len(how)}, and the specification has {len(outputs)} outputs"
        )
    for number, (output, one) in enumerate(zip(outputs, how, strict=True)):
        place = f"post_processings[{number}]"
        wanted = "detection" if output.labels.roi is Roi.BBOX else "classification"
        if (one.detection is not None) != (wanted == "detection"):
            raise BadRecognition(place, f"an output with roi {output.labels.roi} takes a {wanted}")
        if one.thresholds is not None and len(one.thresholds) != len(output.labels.labels):
            raise BadRecognition(
                f"{place}.thresholds",
                f"there are {len(one.thresholds)}, and the output has {len(output.labels.labels)} labels",
            )
        for tensor in one.tensors:
            if tensor not in tensors:
                raise BadRecognition(place, f"the network has no output {tensor!r}; {_listed(tensors)}")
        if one.size_tensor is not None and one.size_tensor not in {*tensors, *inputs}:
            raise BadRecognition(
                f"{place}.normalize_wrt_tensor",
                f"the network has no input or output {one.size_tensor!r}; {_listed([*inputs, *tensors])}",
            )


def _listed(names: Sequence[str]) -> str:
    return f"it has: {', '.join(names)}"


def _is_specification(classifier: Classifier) -> bool:
    return classifier.kind == ClassifierKind.SPECIFICATION


def _row(
    specification: Classifier, network_id: int, how: Sequence[PostProcessing], now: float
) -> ClassifierVersion:
    labels = [label for output in specification.outputs for label in output["labels"]["labels"]]
    return ClassifierVersion(
        id=0,
        public_id=str(uuid.uuid4()),
        classifier_id=specification.id,
        network_id=network_id,
        number=0,
        state=VersionState.READY,
        error=None,
        model=None,
        labels=labels,
        post_processing=[one.model_dump(mode="json", exclude_unset=True) for one in how],
        figures={},
        job_id=None,
        created_at=now,
        finished_at=now,
    )

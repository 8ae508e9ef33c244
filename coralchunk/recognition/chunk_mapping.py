"""Say which network of a user is to classify chunks, and what its labels mean there."""

from collections.abc import Sequence
from typing import Final

from coralchunk.errors.networks import BadRecognition
from coralchunk.networks.postprocessing import Roi
from coralchunk.networks.preprocessing import Preprocessing
from coralchunk.pipeline.training.training_job import MappedNetwork
from coralchunk.recognition.specifications import outputs_of
from coralchunk.recognition.versions import Version, post_processings_of
from coralchunk.storage.rows.networks import NetworkState
from coralchunk.terms import State

_VERSION: Final = "version_id"


def mapped_network(version: Version, states: Sequence[State]) -> MappedNetwork:
    """Return the network of a version with the meaning of its labels.

    states  what each label of its one output means, in their order

    Raises BadRecognition.
    """
    outputs, how = outputs_of(version.specification), post_processings_of(version.row)
    classification = how[0].classification
    if len(outputs) != 1 or outputs[0].labels.roi is not Roi.NONE or classification is None:
        raise BadRecognition(_VERSION, "it must classify whole pictures and have one output")
    names = tuple(label.name for label in outputs[0].labels.labels)
    if len(states) != len(names):
        raise BadRecognition(
            "states", f"there are {len(states)}, and the version has {len(names)} labels: {', '.join(names)}"
        )
    if version.network.state != NetworkState.READY:
        raise BadRecognition(_VERSION, "its network has not passed its trial run")
    return MappedNetwork(
        name=version.network.name,
        blob=version.network.blob,
        sha256=version.network.sha256,
        preprocessing=Preprocessing.model_validate(version.network.preprocessing),
        output=classification.output_tensor,
        labels=names,
        states=tuple(states),
    )

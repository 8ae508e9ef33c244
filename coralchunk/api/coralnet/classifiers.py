"""List classifiers as CoralNet's scripts read them."""

from typing import Final

from flask import Response

from coralchunk.api.context import services
from coralchunk.api.coralnet.errors import answer
from coralchunk.api.coralnet.responses import ClassifierAttributes, Classifiers, KnownLabel, ListedClassifier
from coralchunk.storage.registry import KnownClassifier

KNOWN_PROBLEMS: Final = {
    401: "No token, or a wrong one",
    403: "The token was not given out for this",
    503: "The database or the queue does not answer; try again after Retry-After seconds",
}


def coralnet_list() -> Response:
    """Return the classifiers of the server."""
    known = services().registry.classifiers()
    return answer(Classifiers(data=[listed_classifier(one) for one in known]).model_dump())


def listed_classifier(known: KnownClassifier) -> ListedClassifier:
    """Return a classifier with its versions and labels."""
    labels = [
        KnownLabel(label_id=label.id, label_code=label.code, label_name=label.name) for label in known.labels
    ]
    attributes = ClassifierAttributes(
        name=known.name, version=known.model.version, versions=list(known.versions), labels=labels
    )
    return ListedClassifier(id=str(known.id), attributes=attributes)

"""Look up the error rates of the models that classified the photos of surveys."""

from collections.abc import Mapping
from typing import Any, Final

from coralchunk.errors import UnknownModel
from coralchunk.pipeline.steps.measured_model import stated_errors
from coralchunk.science.model_error import ModelErrors
from coralchunk.storage.model_repository import ModelRepository


class ErrorRatesOfModels:
    """The error rates of models, each manifest read once in a process, because models never change."""

    def __init__(self, models: ModelRepository) -> None:
        self._models: Final = models
        self._known: Final[dict[str, ModelErrors | None]] = {}

    def of(self, model: Mapping[str, Any]) -> ModelErrors | None:
        """Return the error rates of a model; None if it states none or is not installed any more.

        model  name, version and sha256, as the summary of a photo states them
        """
        label = f"{model['name']}-{model['version']}"
        if label not in self._known:
            try:
                found = self._models.find(label)
            except UnknownModel:
                return None  # it may be installed again while this process runs
            # Another model under the same name has other errors.
            is_it = found.sha256 == model["sha256"]
            self._known[label] = stated_errors(self._models.manifest(found)) if is_it else None
        return self._known[label]

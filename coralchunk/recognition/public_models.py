"""Offer the model of this server as public specifications: of whole pictures, and of chunks in boxes."""

from dataclasses import dataclass
from typing import Final

from coralchunk.errors.networks import UnknownSpecification
from coralchunk.inference.manifest import Manifest
from coralchunk.networks.postprocessing import Output, PostProcessing
from coralchunk.pipeline.recognition.task_request import PublicModel
from coralchunk.storage.model_repository import ModelRef, ModelRepository
from coralchunk.storage.registry import Registry

_CHUNKS: Final = "-chunks"


@dataclass(frozen=True, slots=True)
class PublicSpecification:
    """A specification that everybody may use."""

    id: str
    name: str
    description: str
    output: Output
    how: PostProcessing
    model: PublicModel
    updated_at: float  # Unix seconds


class PublicModels:
    """The model that is in use, under two names."""

    def __init__(self, models: ModelRepository, in_use: ModelRef, registry: Registry) -> None:
        self._models: Final = models
        self._in_use: Final = in_use
        self._registry: Final = registry

    def all(self) -> list[PublicSpecification]:
        """Return all public specifications."""
        manifest = self._models.manifest(self._in_use)
        (known,) = (one for one in self._registry.classifiers() if one.model == self._in_use)
        labels = [{"id": label.id, "name": label.name} for label in known.labels]
        whole = self._specification(manifest, labels, is_by_chunk=False)
        return [whole, self._specification(manifest, labels, is_by_chunk=True)]

    def find(self, name: str) -> PublicSpecification:
        """Return a public specification. Raises UnknownSpecification."""
        for one in self.all():
            if one.id == name:
                return one
        raise UnknownSpecification(name)

    def _specification(
        self, manifest: Manifest, labels: list[dict[str, object]], *, is_by_chunk: bool
    ) -> PublicSpecification:
        how: dict[str, object] = {"output_tensor": "probabilities"}
        if is_by_chunk:
            how["thresholds"] = [manifest.thresholds.unsure_below] * len(labels)
        said = "each chunk of a photo, in its box" if is_by_chunk else "a whole photo"
        return PublicSpecification(
            id=f"{manifest.name}{_CHUNKS}" if is_by_chunk else manifest.name,
            name=f"Coral bleaching of {'chunks' if is_by_chunk else 'photos'}",
            description=f"{manifest.name} {manifest.version}: what {said} shows.",
            output=Output.model_validate(
                {"labels": {"labels": labels, "exclusive": True, "roi": "BBOX" if is_by_chunk else "NONE"}}
            ),
            how=PostProcessing.model_validate({"classification": how}),
            model=PublicModel(model=self._in_use.label, is_by_chunk=is_by_chunk),
            updated_at=self._models.path(self._in_use, ".onnx").stat().st_mtime,
        )

"""Keep the files of trained models where all machines reach them: one folder a version.

classifier-<id>-<number>/model.onnx      the graph
classifier-<id>-<number>/manifest.json   its manifest
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from coralchunk.storage.objects.object_store import ObjectStore

_LABEL: Final = re.compile(r"classifier-(?P<id>[0-9]{1,10})-[0-9]{1,10}")
_ONNX: Final = "model.onnx"
_MANIFEST: Final = "manifest.json"


def trained_name(classifier_id: int) -> str:
    """Name the models of a classifier, as in their manifests; with "-<number>" it is a model's label."""
    return f"classifier-{classifier_id}"


class TrainedModels:
    """The models that were trained here."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects: Final = objects

    def write(self, label: str, onnx: bytes, manifest: bytes) -> None:
        """Store a model, durably. Raises StorageFull, StorageDown."""
        self._objects.write(f"{label}/{_ONNX}", BytesIO(onnx))
        # Last: a model without a manifest does not count.
        self._objects.write(f"{label}/{_MANIFEST}", BytesIO(manifest))

    def manifest(self, label: str) -> bytes | None:
        """Return the manifest of a model, or None if it does not exist."""
        if not _LABEL.fullmatch(label):
            return None
        try:
            return self._objects.read(f"{label}/{_MANIFEST}")
        except FileNotFoundError:
            return None

    def onnx(self, label: str) -> bytes:
        """Return the graph of a model. Raises FileNotFoundError."""
        return self._objects.read(f"{label}/{_ONNX}")

    def delete(self, label: str) -> None:
        """Remove a model, if it exists."""
        self._objects.remove_folder(label)

    def stored(self) -> Iterator[tuple[str, int, float]]:
        """Yield label, id of the classifier, and time of the last change (Unix seconds) of each model."""
        for folder in self._objects.folders():
            named = _LABEL.fullmatch(folder.name)
            if named:
                times = [stored.changed_at for stored in folder.objects]
                yield folder.name, int(named["id"]), max(times, default=folder.changed_at)

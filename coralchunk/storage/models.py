"""models.txt and a models folder -> manifests and model bytes that are what they claim to be."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from coralchunk.errors import BadModel, UnknownModel
from coralchunk.inference.manifest import Manifest

LIST_FILE: Final = "models.txt"
_FIELDS: Final = 5  # name, version, sha256, bytes, origin


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One line of models.txt."""

    name: str
    version: str
    sha256: str
    size_bytes: int
    origin: str  # where the file comes from: "bundled", or a URL to download it from

    @property
    def label(self) -> str:
        """Name and version, as in file names and answers."""
        return f"{self.name}-{self.version}"


class ModelShelf:
    """The models that a folder offers; the last line of its models.txt is the one used by default."""

    def __init__(self, folder: Path) -> None:
        self._folder: Final = folder

    def listed(self) -> list[ListedModel]:
        """Return what models.txt lists, in its order. Raises BadModel if a line cannot be read."""
        path = self._folder / LIST_FILE
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError as missing:
            raise BadModel(f"{path} cannot be read: {missing}") from missing
        return list(_parse(lines))

    def find(self, label: str | None = None) -> ListedModel:
        """Return the model called `label` ("name-version"), or the default one. Raises UnknownModel."""
        models = self.listed()
        if label is None and models:
            return models[-1]
        for model in models:
            if model.label == label:
                return model
        raise UnknownModel(label or "default", ", ".join(model.label for model in models))

    def manifest(self, model: ListedModel) -> Manifest:
        """Read a model's manifest. Raises BadModel if it is missing, malformed or of another model."""
        path = self._folder / f"{model.label}.json"
        try:
            manifest = Manifest.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as wrong:
            raise BadModel(f"{path} is no usable manifest: {wrong}") from wrong
        if (manifest.name, manifest.version, manifest.sha256) != (model.name, model.version, model.sha256):
            raise BadModel(f"{path} and {LIST_FILE} disagree about name, version or sha256.")
        return manifest

    def onnx(self, model: ListedModel) -> bytes:
        """Read a model's ONNX file. Raises BadModel unless it has the size and sha256 that are listed."""
        path = self._folder / f"{model.label}.onnx"
        try:
            content = path.read_bytes()
        except OSError as missing:
            raise BadModel(f"{path} cannot be read: {missing}") from missing
        found = hashlib.sha256(content).hexdigest()
        if (len(content), found) != (model.size_bytes, model.sha256):
            raise BadModel(
                f"{path} has {len(content)} bytes with sha256 {found},"
                f" but {LIST_FILE} says {model.size_bytes} bytes with {model.sha256}."
            )
        return content


def _parse(lines: list[str]) -> Iterator[ListedModel]:
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split(maxsplit=_FIELDS - 1)
        if len(fields) != _FIELDS or not fields[3].isdigit():
            raise BadModel(f"{LIST_FILE} line {number}: expected name version sha256 bytes origin: {line!r}")
        name, version, sha256, size_bytes, origin = fields
        yield ListedModel(name, version, sha256, int(size_bytes), origin)

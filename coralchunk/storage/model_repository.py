"""Find models in folders with a models.txt, and check their files against it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from coralchunk.assets import folder
from coralchunk.config import Settings
from coralchunk.errors import UnknownModel
from coralchunk.errors.setup import BadModel
from coralchunk.inference.manifest import Manifest
from coralchunk.storage.files.trained_models import TrainedModels
from coralchunk.storage.objects.places import open_named_store

LIST_FILE: Final = "models.txt"
TRAINED: Final = "trained"  # origin of models that were trained here
_FIELDS: Final = 5  # name, version, sha256, bytes, origin


@dataclass(frozen=True, slots=True)
class ModelRef:
    """One line of models.txt."""

    name: str
    version: str
    sha256: str
    size_bytes: int  # 0 for a trained model, whose size is not listed
    origin: str  # where the file comes from: "bundled", "trained", or a URL to download it from

    @property
    def label(self) -> str:
        """Name and version, as in file names and answers."""
        return f"{self.name}-{self.version}"


class ModelRepository:
    """The models that are bundled, those installed into a folder of this server, and those trained here."""

    def __init__(self, bundled: Path, installed: Path, trained: TrainedModels | None = None) -> None:
        self._bundled: Final = bundled
        self._installed: Final = installed
        self._trained: Final = trained

    def listed(self) -> list[ModelRef]:
        """Return all models but trained ones, bundled ones first.

        Raises BadModel if a line of models.txt cannot be read.
        """
        return [*_read_list(self._bundled), *self._read_installed()]

    def find(self, label: str | None = None) -> ModelRef:
        """Return the model called `label` ("name-version"), or the last bundled one. Raises UnknownModel."""
        trained = self._find_trained(label) if label else None
        if trained is not None:
            return trained
        models = self.listed() if label else _read_list(self._bundled)
        if label is None and models:
            return models[-1]
        for model in models:
            if model.label == label:
                return model
        raise UnknownModel(label or "default", ", ".join(model.label for model in models))

    def manifest(self, model: ModelRef) -> Manifest:
        """Read a model's manifest. Raises BadModel if it is missing, malformed or of another model."""
        if self._trained is not None and model.origin == TRAINED:
            return _manifest(self._trained.manifest(model.label) or b"", model.label)
        path = self.path(model, ".json")
        manifest = _manifest(_read(path), str(path))
        if (manifest.name, manifest.version, manifest.sha256) != (model.name, model.version, model.sha256):
            raise BadModel(f"{path} and {LIST_FILE} disagree about name, version or sha256.")
        return manifest

    def onnx(self, model: ModelRef) -> bytes:
        """Read a model's ONNX file. Raises BadModel unless it has the size and sha256 that are listed."""
        if self._trained is not None and model.origin == TRAINED:
            return _trained_onnx(self._trained, model)
        path = self.path(model, ".onnx")
        content = _read(path)
        found = hashlib.sha256(content).hexdigest()
        if (len(content), found) != (model.size_bytes, model.sha256):
            raise BadModel(
                f"{path} has {len(content)} bytes with sha256 {found},"
                f" but {LIST_FILE} says {model.size_bytes} bytes with {model.sha256}."
            )
        return content

    def path(self, model: ModelRef, suffix: str) -> Path:
        """Return the path of a file of a model: .onnx, .json (manifest) or .md (card)."""
        folder = self._bundled if model in _read_list(self._bundled) else self._installed
        return folder / f"{model.label}{suffix}"

    def add(self, onnx: bytes, manifest: bytes, origin: str) -> ModelRef:
        """Install a model. Raises BadModel if it does not fit its manifest or its name is taken."""
        parsed = _manifest(manifest, f"the manifest of {origin}")
        found = hashlib.sha256(onnx).hexdigest()
        if found != parsed.sha256:
            raise BadModel(f"{origin} has sha256 {found}, but its manifest says {parsed.sha256}.")
        model = ModelRef(parsed.name, parsed.version, found, len(onnx), origin)
        if any(known.label == model.label for known in self.listed()):
            raise BadModel(f"There is a {model.label} already; a changed model needs a new version.")
        self._installed.mkdir(parents=True, exist_ok=True)
        (self._installed / f"{model.label}.onnx").write_bytes(onnx)
        (self._installed / f"{model.label}.json").write_bytes(manifest)
        with (self._installed / LIST_FILE).open("a", encoding="utf-8") as file:
            file.write(f"{model.name} {model.version} {model.sha256} {model.size_bytes} {model.origin}\n")
        return model

    def _find_trained(self, label: str) -> ModelRef | None:
        content = self._trained.manifest(label) if self._trained is not None else None
        if content is None:
            return None
        parsed = _manifest(content, label)
        return ModelRef(parsed.name, parsed.version, parsed.sha256, 0, TRAINED)

    def _read_installed(self) -> list[ModelRef]:
        return _read_list(self._installed) if (self._installed / LIST_FILE).exists() else []


def open_model_repository(settings: Settings) -> ModelRepository:
    """Return the bundled models, those installed into the data folder, and those trained here."""
    trained = TrainedModels(open_named_store(settings, "trained-models"))
    return ModelRepository(folder("models"), settings.data_dir / "models", trained)


def _trained_onnx(trained: TrainedModels, model: ModelRef) -> bytes:
    try:
        content = trained.onnx(model.label)
    except FileNotFoundError as missing:
        raise BadModel(f"The file of {model.label} is missing.") from missing
    found = hashlib.sha256(content).hexdigest()
    if found != model.sha256:
        raise BadModel(f"{model.label} has sha256 {found}, but its manifest says {model.sha256}.")
    return content


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as missing:
        raise BadModel(f"{path} cannot be read: {missing}") from missing


def _manifest(content: bytes, place: str) -> Manifest:
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as wrong:
        raise BadModel(f"{place} is no usable manifest: {wrong}") from wrong


def _read_list(folder: Path) -> list[ModelRef]:
    return list(_parse(_read(folder / LIST_FILE).decode(errors="replace").splitlines()))


def _parse(lines: list[str]) -> Iterator[ModelRef]:
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split(maxsplit=_FIELDS - 1)
        if len(fields) != _FIELDS or not fields[3].isdigit():
            raise BadModel(f"{LIST_FILE} line {number}: expected name version sha256 bytes origin: {line!r}")
        name, version, sha256, size_bytes, origin = fields
        yield ModelRef(name, version, sha256, int(size_bytes), origin)

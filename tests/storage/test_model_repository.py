import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from coralchunk.assets import folder
from coralchunk.errors import UnknownModel
from coralchunk.errors.setup import BadModel, BadSetup
from coralchunk.storage.model_repository import ModelRef, ModelRepository


@pytest.fixture
def models_folder(tmp_path: Path) -> Path:
    """A copy of the models that are bundled, to be tampered with."""
    copy = tmp_path / "models"
    shutil.copytree(folder("models"), copy)
    return copy


@pytest.fixture
def repository(models_folder: Path, tmp_path: Path) -> ModelRepository:
    return ModelRepository(models_folder, tmp_path / "data" / "models")


def change_manifest(models_folder: Path, model: ModelRef, **changes: Any) -> None:
    path = models_folder / f"{model.label}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_the_bundled_models_are_what_they_claim_to_be(tmp_path: Path) -> None:
    repository = ModelRepository(folder("models"), tmp_path)

    for model in repository.listed():
        content = repository.onnx(model)
        assert hashlib.sha256(content).hexdigest() == repository.manifest(model).sha256 == model.sha256
        assert len(content) == model.size_bytes < 16_000_000


def test_the_default_is_the_last_one_listed(repository: ModelRepository) -> None:
    assert repository.find() == repository.listed()[-1]
    assert repository.find(repository.listed()[0].label) == repository.listed()[0]


def test_an_unknown_model_is_refused_with_those_there_are(repository: ModelRepository) -> None:
    with pytest.raises(UnknownModel, match=repository.find().label):
        repository.find("reefnet-9.9.9")


@pytest.mark.parametrize("change", ["one byte changed", "one byte more", "empty", "missing"])
def test_a_model_file_that_is_not_as_listed_is_refused(
    models_folder: Path, repository: ModelRepository, change: str
) -> None:
    model = repository.find()
    path = models_folder / f"{model.label}.onnx"
    content = path.read_bytes()
    if change == "missing":
        path.unlink()
    else:
        changed = {
            "one byte changed": content[:-1] + bytes([content[-1] ^ 1]),
            "one byte more": content + b"x",
            "empty": b"",
        }
        path.write_bytes(changed[change])

    with pytest.raises(BadModel, match=model.label):
        repository.onnx(model)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("coralchunk 0.1.0", id="too few fields"),
        pytest.param("coralchunk 0.1.0 abc many bundled", id="a size that is no number"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_by_its_number(
    models_folder: Path, repository: ModelRepository, line: str
) -> None:
    (models_folder / "models.txt").write_text(f"# models\n\n{line}\n")

    with pytest.raises(BadModel, match=r"models\.txt line 3"):
        repository.listed()


def test_blank_lines_and_comments_are_skipped_and_an_origin_may_have_blanks(
    models_folder: Path, repository: ModelRepository
) -> None:
    (models_folder / "models.txt").write_text("# models\n\nreef 1.0.0 abc 12 https://example.org/a b\n")

    assert repository.listed() == [ModelRef("reef", "1.0.0", "abc", 12, "https://example.org/a b")]


def test_a_folder_without_a_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=r"models\.txt cannot be read"):
        ModelRepository(tmp_path, tmp_path).listed()


def test_an_empty_list_has_no_default(models_folder: Path, repository: ModelRepository) -> None:
    (models_folder / "models.txt").write_text("")

    with pytest.raises(UnknownModel, match="none"):
        repository.find()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"sha256": "0" * 64}, id="another file's sha256"),
        pytest.param({"version": "9.9.9"}, id="another version"),
        pytest.param({"labels": ["healthy", "bleached", "not coral"]}, id="labels in another order"),
        pytest.param({"surprise": 1}, id="a field that nobody knows"),
        pytest.param({"thresholds": {"unsure_below": 2}}, id="a threshold above 1"),
    ],
)
def test_a_manifest_that_is_not_of_this_model_is_refused(
    models_folder: Path, repository: ModelRepository, changes: dict[str, Any]
) -> None:
    model = repository.find()
    change_manifest(models_folder, model, **changes)

    with pytest.raises(BadModel, match=model.label):
        repository.manifest(model)


def test_a_missing_manifest_is_refused(models_folder: Path, repository: ModelRepository) -> None:
    model = repository.find()
    (models_folder / f"{model.label}.json").unlink()

    with pytest.raises(BadModel, match=r"\.json cannot be read"):
        repository.manifest(model)


def test_a_folder_that_an_installation_lacks_is_told() -> None:
    with pytest.raises(BadSetup, match="install coralchunk again"):
        folder("reefs")


def another(models_folder: Path, repository: ModelRepository, version: str = "9.0.0") -> tuple[bytes, bytes]:
    """Return a model of another version, to be installed: its ONNX file and its manifest."""
    model = repository.find()
    onnx = (models_folder / f"{model.label}.onnx").read_bytes()
    manifest = json.loads((models_folder / f"{model.label}.json").read_bytes()) | {"version": version}
    return onnx, json.dumps(manifest).encode()


def test_an_installed_model_is_found_by_its_name_and_is_not_the_default(
    models_folder: Path, repository: ModelRepository
) -> None:
    onnx, manifest = another(models_folder, repository)

    model = repository.add(onnx, manifest, "https://models.example/reef")

    assert repository.listed()[-1] == repository.find(model.label) == model
    assert repository.find() != model
    assert (repository.onnx(model), repository.manifest(model).version) == (onnx, "9.0.0")
    assert model.origin == "https://models.example/reef"


def test_a_model_that_does_not_fit_its_manifest_is_not_installed(
    models_folder: Path, repository: ModelRepository
) -> None:
    onnx, manifest = another(models_folder, repository)

    with pytest.raises(BadModel, match="but its manifest says"):
        repository.add(onnx + b"x", manifest, "a stranger")

    assert all(model.version != "9.0.0" for model in repository.listed())


def test_a_model_is_never_replaced(models_folder: Path, repository: ModelRepository) -> None:
    onnx, manifest = another(models_folder, repository, repository.find().version)

    with pytest.raises(BadModel, match="needs a new version"):
        repository.add(onnx, manifest, "a stranger")

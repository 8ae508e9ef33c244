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
def shelf_folder(tmp_path: Path) -> Path:
    """A copy of the models that are bundled, to be tampered with."""
    copy = tmp_path / "models"
    shutil.copytree(folder("models"), copy)
    return copy


@pytest.fixture
def shelf(shelf_folder: Path, tmp_path: Path) -> ModelRepository:
    return ModelRepository(shelf_folder, tmp_path / "data" / "models")


def change_manifest(shelf_folder: Path, model: ModelRef, **changes: Any) -> None:
    path = shelf_folder / f"{model.label}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_the_bundled_models_are_what_they_claim_to_be(tmp_path: Path) -> None:
    shelf = ModelRepository(folder("models"), tmp_path)

    for model in shelf.listed():
        content = shelf.onnx(model)
        assert hashlib.sha256(content).hexdigest() == shelf.manifest(model).sha256 == model.sha256
        assert len(content) == model.size_bytes < 16_000_000


def test_the_default_is_the_last_one_listed(shelf: ModelRepository) -> None:
    assert shelf.find() == shelf.listed()[-1]
    assert shelf.find(shelf.listed()[0].label) == shelf.listed()[0]


def test_an_unknown_model_is_refused_with_those_there_are(shelf: ModelRepository) -> None:
    with pytest.raises(UnknownModel, match=shelf.find().label):
        shelf.find("reefnet-9.9.9")


@pytest.mark.parametrize("change", ["one byte changed", "one byte more", "empty", "missing"])
def test_a_model_file_that_is_not_as_listed_is_refused(
    shelf_folder: Path, shelf: ModelRepository, change: str
) -> None:
    model = shelf.find()
    path = shelf_folder / f"{model.label}.onnx"
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
        shelf.onnx(model)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("coralchunk 0.1.0", id="too few fields"),
        pytest.param("coralchunk 0.1.0 abc many bundled", id="a size that is no number"),
    ],
)
def test_a_line_that_cannot_be_read_is_refused_by_its_number(
    shelf_folder: Path, shelf: ModelRepository, line: str
) -> None:
    (shelf_folder / "models.txt").write_text(f"# models\n\n{line}\n")

    with pytest.raises(BadModel, match=r"models\.txt line 3"):
        shelf.listed()


def test_blank_lines_and_comments_are_skipped_and_an_origin_may_have_blanks(
    shelf_folder: Path, shelf: ModelRepository
) -> None:
    (shelf_folder / "models.txt").write_text("# models\n\nreef 1.0.0 abc 12 https://example.org/a b\n")

    assert shelf.listed() == [ModelRef("reef", "1.0.0", "abc", 12, "https://example.org/a b")]


def test_a_folder_without_a_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=r"models\.txt cannot be read"):
        ModelRepository(tmp_path, tmp_path).listed()


def test_an_empty_list_has_no_default(shelf_folder: Path, shelf: ModelRepository) -> None:
    (shelf_folder / "models.txt").write_text("")

    with pytest.raises(UnknownModel, match="none"):
        shelf.find()


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
    shelf_folder: Path, shelf: ModelRepository, changes: dict[str, Any]
) -> None:
    model = shelf.find()
    change_manifest(shelf_folder, model, **changes)

    with pytest.raises(BadModel, match=model.label):
        shelf.manifest(model)


def test_a_missing_manifest_is_refused(shelf_folder: Path, shelf: ModelRepository) -> None:
    model = shelf.find()
    (shelf_folder / f"{model.label}.json").unlink()

    with pytest.raises(BadModel, match=r"\.json cannot be read"):
        shelf.manifest(model)


def test_a_folder_that_an_installation_lacks_is_told() -> None:
    with pytest.raises(BadSetup, match="install coralchunk again"):
        folder("reefs")


def another(shelf_folder: Path, shelf: ModelRepository, version: str = "9.0.0") -> tuple[bytes, bytes]:
    """Return a model of another version, to be installed: its ONNX file and its manifest."""
    model = shelf.find()
    onnx = (shelf_folder / f"{model.label}.onnx").read_bytes()
    manifest = json.loads((shelf_folder / f"{model.label}.json").read_bytes()) | {"version": version}
    return onnx, json.dumps(manifest).encode()


def test_an_installed_model_is_found_by_its_name_and_is_not_the_default(
    shelf_folder: Path, shelf: ModelRepository
) -> None:
    onnx, manifest = another(shelf_folder, shelf)

    model = shelf.add(onnx, manifest, "https://models.example/reef")

    assert shelf.listed()[-1] == shelf.find(model.label) == model
    assert shelf.find() != model
    assert (shelf.onnx(model), shelf.manifest(model).version) == (onnx, "9.0.0")
    assert model.origin == "https://models.example/reef"


def test_a_model_that_does_not_fit_its_manifest_is_not_installed(
    shelf_folder: Path, shelf: ModelRepository
) -> None:
    onnx, manifest = another(shelf_folder, shelf)

    with pytest.raises(BadModel, match="but its manifest says"):
        shelf.add(onnx + b"x", manifest, "a stranger")

    assert all(model.version != "9.0.0" for model in shelf.listed())


def test_a_model_is_never_replaced(shelf_folder: Path, shelf: ModelRepository) -> None:
    onnx, manifest = another(shelf_folder, shelf, shelf.find().version)

    with pytest.raises(BadModel, match="needs a new version"):
        shelf.add(onnx, manifest, "a stranger")

"""The unmodified client apitorch 0.0.19 against a running server, row by row of its page."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from apitorch import classifier, ping, training_image, training_set
from apitorch.errors import ApitorchServerError, BadRequestError, InvalidApiKey, NotFoundError

from tests.apitorch.conftest import TextureHost, train
from tests.server import client_environment
from tests.waiting import PATIENCE_S

# The client leaves files and connections open.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
Kit = Callable[[str], None]
WRONG = "ck" + "0" * 40


def in_own_process(call: str) -> None:
    """Let the client make a call that starts processes: one with threads, as this one, must not be forked."""
    program = [sys.executable, "-c", f"from apitorch import training_set; {call}"]
    subprocess.run(program, env=client_environment(), check=True, timeout=PATIENCE_S)


def test_ping_says_that_the_key_is_right(kit: Kit) -> None:
    assert ping.ping_api() is True


def test_a_wrong_key_is_an_invalid_key(kit: Kit) -> None:
    kit(WRONG)

    with pytest.raises(InvalidApiKey):
        ping.ping_api()
    with pytest.raises(InvalidApiKey):
        training_set.upload_image(1, "label", image_url="http://127.0.0.1/x.png")


def test_a_new_set_is_listed_with_its_labels(kit: Kit, new_set: Callable[..., int]) -> None:
    set_id = new_set("Listed set", stripes=1, dots=1)

    listed = training_set.list_training_sets()

    assert listed["object"] == "list"
    found = next(one for one in listed["data"] if one["id"] == set_id)
    assert found["object"] == "training_set"
    assert (found["name"], found["description"]) == ("Listed set", "Tests")
    assert found["labels"] == ["stripes", "dots"]
    assert found["url"].endswith(f"/training-sets/{set_id}/listed-set")
    assert httpx.get(found["url"], follow_redirects=True).status_code == 200


def test_another_user_sees_none_of_it(
    kit: Kit, other_key: str, new_set: Callable[..., int], picture: str
) -> None:
    set_id = new_set("Private", stripes=1)
    kit(other_key)

    assert training_set.list_training_sets() == {"object": "list", "data": []}
    with pytest.raises(NotFoundError):
        training_set.get_images_by_label(set_id)
    with pytest.raises(NotFoundError):
        training_set.upload_image(set_id, "stripes", image=picture)


def test_images_are_uploaded_from_files_and_addresses(
    kit: Kit, new_set: Callable[..., int], picture: str, textures: TextureHost
) -> None:
    set_id = new_set("Uploads")

    from_file = training_set.upload_image(set_id, "stripes", image=picture)
    from_web = training_set.upload_image(set_id, "Odd Ones", image_url=textures.url("dots-1.png"), more=1)

    for answer in (from_file, from_web):
        assert answer["object"] == "training_image"
        assert answer["message"] == "Image added to training set."
        assert len(answer["id"]) == 43
        assert answer["id"].startswith("ti_")
    told = training_set.get_images_by_label(set_id)
    assert [(one["label"], len(one["images"])) for one in told["data"]] == [("stripes", 1), ("odd_ones", 1)]


def test_the_same_image_is_kept_once(kit: Kit, new_set: Callable[..., int], picture: str) -> None:
    set_id = new_set("Twice")

    first = training_set.upload_image(set_id, "stripes", image=picture)
    second = training_set.upload_image(set_id, "stripes", image=picture)

    assert first["id"] == second["id"]
    (label,) = training_set.get_images_by_label(set_id)["data"]
    assert len(label["images"]) == 1


@pytest.mark.parametrize("prefix", ["ti_", ""], ids=["with its prefix", "without"])
def test_a_deleted_image_is_gone_and_its_address_too(
    kit: Kit, new_set: Callable[..., int], picture: str, prefix: str
) -> None:
    set_id = new_set("Deletions")
    added = training_set.upload_image(set_id, "stripes", image=picture)["id"]
    (label,) = training_set.get_images_by_label(set_id)["data"]
    url = label["images"][0]["url"]
    assert httpx.get(url).status_code == 200

    answer = training_image.delete_image(prefix + added.removeprefix("ti_"))

    assert answer == {"object": "training_image", "id": added, "message": "Image deleted."}
    assert httpx.get(url).status_code == 404
    assert training_set.get_images_by_label(set_id)["data"][0]["images"] == []
    with pytest.raises(NotFoundError):
        training_image.delete_image(added)


@pytest.mark.parametrize("download", ["download_images", "download_images_sync"])
def test_images_are_downloaded_into_folders_by_label(
    kit: Kit, new_set: Callable[..., int], tmp_path: Path, download: str
) -> None:
    set_id = new_set("Downloads here", stripes=2, dots=1)

    in_own_process(f"training_set.{download}({set_id}, {str(tmp_path)!r})")

    files = sorted(path.relative_to(tmp_path).parts[:2] for path in tmp_path.rglob("*.png"))
    slug = training_set.get_images_by_label(set_id)["training_set_slug"]
    assert files == [(slug, "dots"), (slug, "stripes"), (slug, "stripes")]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in tmp_path.rglob("*.png"))


def test_images_are_told_by_label_with_ids_slug_and_address(kit: Kit, new_set: Callable[..., int]) -> None:
    set_id = new_set("By Label!", stripes=1)

    told = training_set.get_images_by_label(set_id)

    assert (told["object"], told["training_set_id"], told["training_set_slug"]) == (
        "list",
        set_id,
        "by-label",
    )
    assert told["training_set_url"].endswith(f"/training-sets/{set_id}/by-label")
    (label,) = told["data"]
    assert (label["object"], label["label"]) == ("training_label", "stripes")
    assert "/" not in label["images"][0]["filename"]


def test_the_bundled_model_and_trained_sets_are_classifiers(
    kit: Kit, trained: int, new_set: Callable[..., int], other_key: str
) -> None:
    new_set("Untrained", stripes=1)

    listed = classifier.list_classifiers()

    assert listed["object"] == "list"
    by_slug = {one["slug"]: one for one in listed["data"]}
    assert {"coralchunk-lite0", "two-textures"} <= set(by_slug)
    assert "untrained" not in by_slug
    found = by_slug["two-textures"]
    assert (found["object"], found["name"]) == ("classifier", "Two textures")
    assert found["id"].isdigit()
    assert found["return_values"] == [["stripes", "Image is stripes"], ["dots", "Image is dots"]]
    kit(other_key)
    assert "two-textures" not in {one["slug"] for one in classifier.list_classifiers()["data"]}


def test_new_textures_are_classified(kit: Kit, trained: int, textures: TextureHost) -> None:
    right = 0
    for seed in range(500, 510):
        for name in ("stripes", "dots"):
            told = classifier.classify_image(
                classifiers="two-textures", image_url=textures.url(f"{name}-{seed}.png")
            )
            right += told["data"][0]["label"] == name

    assert right > 18


def test_several_classifiers_answer_in_the_order_asked(kit: Kit, trained: int, textures: TextureHost) -> None:
    told = classifier.classify_image(
        classifiers=["two-textures", "coralchunk-lite0"], image_url=textures.url("dots-900.png")
    )

    assert told["object"] == "list"
    assert told["id"].startswith("api_")
    assert len(told["id"]) == 44
    assert [one["classifier"] for one in told["data"]] == ["two-textures", "coralchunk-lite0"]
    for one in told["data"]:
        assert one["object"] == "classification"
        assert one["id"].startswith("cls_")
        assert len(one["id"]) == 44
        assert one["sentence"] == f"Image is {one['label']}."
        assert one["confidence"] in {"very high", "high", "possible", "low", "very low", "unknown"}
        assert "confidence_value" not in one


def test_an_unknown_classifier_is_not_found(kit: Kit, trained: int, textures: TextureHost) -> None:
    with pytest.raises(NotFoundError):
        classifier.classify_image(
            classifiers=["two-textures", "nowhere"], image_url=textures.url("dots-1.png")
        )


@pytest.mark.parametrize("path", ["missing.png", "words-1.png"], ids=["missing", "no image"])
def test_an_address_without_an_image_is_a_bad_request(
    kit: Kit, trained: int, textures: TextureHost, path: str
) -> None:
    with pytest.raises(BadRequestError):
        classifier.classify_image(classifiers="two-textures", image_url=textures.url(path))


def test_a_file_that_is_no_image_is_an_error_of_the_server_in_the_clients_words(
    kit: Kit, new_set: Callable[..., int], tmp_path: Path
) -> None:
    (tmp_path / "x.png").write_text("no image")

    with pytest.raises(ApitorchServerError):
        training_set.upload_image(new_set("No image"), "stripes", image=str(tmp_path / "x.png"))


def test_a_set_is_trained_again_under_the_same_slug(
    kit: Kit, raw: httpx.Client, new_set: Callable[..., int], textures: TextureHost
) -> None:
    set_id = new_set("Grows", stripes=4, dots=4)
    assert train(raw, set_id)["version"] == 1
    before = next(one for one in classifier.list_classifiers()["data"] if one["slug"] == "grows")
    for seed in range(4):
        training_set.upload_image(set_id, "checks", image_url=textures.url(f"checks-{seed}.png"))

    assert train(raw, set_id)["version"] == 2

    after = next(one for one in classifier.list_classifiers()["data"] if one["slug"] == "grows")
    assert (after["id"], after["slug"]) == (before["id"], before["slug"])
    assert [value for value, _ in after["return_values"]] == ["stripes", "dots", "checks"]

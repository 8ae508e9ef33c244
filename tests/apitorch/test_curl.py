"""What curl sends, and what this server adds to API Torch."""

import base64
import io
import signal
from collections.abc import Callable

import httpx
import pytest

from coralchunk.identity import Scope
from tests.apitorch.conftest import TextureHost, png
from tests.server import RunningServer
from tests.users import create_token
from tests.waiting import wait_for

NewSet = Callable[..., int]


def test_ping_is_answered_exactly(raw: httpx.Client) -> None:
    for path in ("ping", "ping/"):
        answer = raw.get(path)
        assert (answer.status_code, answer.json()) == (200, {"object": "ping", "message": "ok"})


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("ping", 401, id="no token"),
        pytest.param("nowhere", 404, id="no such route"),
        pytest.param("feedback/freeform", 405, id="another method"),
    ],
)
def test_errors_are_json_that_says_why(torch_server: RunningServer, path: str, status: int) -> None:
    ask = httpx.put if status == 405 else httpx.get
    answer = ask(f"http://127.0.0.1:{torch_server.port}/api/{path}")

    assert answer.status_code == status
    assert answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("how", ["json", "data", "files"], ids=["JSON", "form", "multipart"])
def test_sets_are_made_in_every_form(raw: httpx.Client, how: str) -> None:
    fields = {"name": f"Made by {how}", "description": "Some words"}
    sent = {name: (None, value) for name, value in fields.items()} if how == "files" else fields

    made = raw.post("training-sets", **{how: sent})  # type: ignore[arg-type]

    assert made.status_code == 200
    assert (made.json()["name"], made.json()["labels"]) == (fields["name"], [])
    assert raw.get(f"training-set/{made.json()['id']}").json() == made.json()


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Zebra & Co. (2)", "zebra-co-2"), ("Ünïcode", "unicode"), ("斑马", "training-set")],
)
def test_every_name_makes_a_slug(raw: httpx.Client, name: str, slug: str) -> None:
    url = raw.post("training-sets", json={"name": name}).json()["url"]

    assert url.rpartition("/")[2].startswith(slug)


def test_a_set_needs_a_name(raw: httpx.Client) -> None:
    answer = raw.post("training-sets", json={"description": "nameless"})

    assert answer.status_code == 400
    assert "name" in answer.json()["errors"][0]["detail"]


def test_a_set_can_be_renamed_and_deleted_with_all_that_it_holds(raw: httpx.Client, new_set: NewSet) -> None:
    set_id = new_set("Old name", stripes=1)
    url = raw.get(f"training-set/{set_id}/images").json()["data"][0]["images"][0]["url"]

    renamed = raw.patch(f"training-set/{set_id}", json={"name": "New name"}).json()
    deleted = raw.delete(f"training-set/{set_id}")

    assert (renamed["name"], renamed["description"]) == ("New name", "Tests")
    assert renamed["url"].endswith("/old-name")
    assert deleted.status_code == 200
    assert raw.get(f"training-set/{set_id}").status_code == 404
    assert httpx.get(url).status_code == 404


@pytest.mark.parametrize("how", ["json", "data", "files"], ids=["JSON", "curl -d", "curl -F"])
def test_images_are_taken_by_address_in_every_form(
    raw: httpx.Client, new_set: NewSet, textures: TextureHost, how: str
) -> None:
    set_id, url = new_set(f"By address, {how}"), textures.url("dots-3.png")
    sent = {"image_url": (None, url)} if how == "files" else {"image_url": url}

    answer = raw.post(f"training-set/{set_id}/dots/image/", **{how: sent})  # type: ignore[arg-type]

    assert answer.status_code == 200, answer.text
    (label,) = raw.get(f"training-set/{set_id}/images/").json()["data"]
    assert len(label["images"]) == 1


def test_neither_or_both_of_file_and_address_are_refused(
    raw: httpx.Client, new_set: NewSet, textures: TextureHost
) -> None:
    path = f"training-set/{new_set('Neither')}/dots/image"
    both = {"image": ("x.png", io.BytesIO(png("dots", 1))), "image_url": (None, textures.url("dots-1.png"))}

    answers = [raw.post(path, json={}), raw.post(path, files=both)]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert raw.get(path.replace("/dots/image", "/images")).json()["data"] == []


def test_an_address_that_leads_nowhere_is_named(
    raw: httpx.Client, new_set: NewSet, textures: TextureHost
) -> None:
    url = textures.url("missing.png")

    answer = raw.post(f"training-set/{new_set('Nowhere')}/dots/image", json={"image_url": url})

    assert answer.status_code == 400
    assert url in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("spelling", ["Odd Ones", "odd ones", "odd_ones", "ODD-ONES"])
def test_spellings_of_a_label_are_one_label(raw: httpx.Client, new_set: NewSet, spelling: str) -> None:
    set_id = new_set(f"Spelling {spelling}")
    for seed, label in enumerate(("odd_ones", spelling)):
        file = {"image": ("x.png", io.BytesIO(png("dots", seed)))}
        assert raw.post(f"training-set/{set_id}/{label}/image", files=file).status_code == 200

    (label_body,) = raw.get(f"training-set/{set_id}/images").json()["data"]

    assert label_body["label"] == "odd_ones"
    assert len(label_body["images"]) == 2


def test_a_changed_signed_address_is_refused(raw: httpx.Client, new_set: NewSet) -> None:
    set_id = new_set("Signed", stripes=2)
    first, second = raw.get(f"training-set/{set_id}/images").json()["data"][0]["images"]
    assert httpx.get(first["url"]).headers["Content-Type"] == "image/png"

    changed = [
        first["url"][:-1] + ("0" if first["url"][-1] != "0" else "1"),
        first["url"].replace(first["filename"], second["filename"]),
        first["url"].replace("expires=", "expires=9"),
        first["url"].partition("?")[0],
    ]

    assert {httpx.get(url).status_code for url in changed} <= {401, 403, 404}


def test_too_little_to_learn_from_is_told_in_words(raw: httpx.Client, new_set: NewSet) -> None:
    for set_id, word in (
        (new_set("Empty"), "no labels"),
        (new_set("One label", stripes=4), "'stripes' has 4"),
    ):
        answer = raw.post(f"training-set/{set_id}/train")
        assert answer.status_code == 400
        assert word in answer.json()["errors"][0]["detail"]
        assert raw.get(f"training-set/{set_id}/train").json()["state"] == "none"


def test_a_label_with_too_few_images_is_left_out(raw: httpx.Client, trained: int) -> None:
    labels = next(
        one["return_values"]
        for one in raw.get("classifiers").json()["data"]
        if one.get("slug") == "two-textures"
    )

    assert [value for value, _ in labels] == ["stripes", "dots"]
    assert raw.get(f"training-set/{trained}").json()["labels"] == ["stripes", "dots", "clouds"]


@pytest.mark.parametrize(
    "form",
    [
        pytest.param("classifiers[]=two-textures&classifiers[]=coralchunk-lite0", id="the page's curl"),
        pytest.param("classifiers=two-textures&classifiers=coralchunk-lite0", id="without brackets"),
    ],
)
def test_the_forms_of_curl_are_taken(
    raw: httpx.Client, trained: int, textures: TextureHost, form: str
) -> None:
    body = f"image_url={textures.url('dots-5.png')}&{form}&options[show_confidence_value]=true"

    answer = raw.post("classify", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})

    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    assert [one["classifier"] for one in data] == ["two-textures", "coralchunk-lite0"]
    assert all(0 <= float(one["confidence_value"]) <= 1 for one in data)
    assert all(isinstance(one["confidence_value"], str) for one in data)


def test_options_are_taken_from_json(raw: httpx.Client, trained: int, textures: TextureHost) -> None:
    question = {
        "classifiers": ["two-textures"],
        "image_url": textures.url("stripes-6.png"),
        "options": {"show_confidence_value": True},
    }

    (said,) = raw.post("classify", json=question).json()["data"]
    (plain,) = raw.post("classify", json=question | {"options": None}).json()["data"]

    assert said["confidence_value"]
    assert "confidence_value" not in plain


@pytest.mark.parametrize(
    "question",
    [
        pytest.param({"classifiers": [], "image_url": "http://a.example/"}, id="no classifier"),
        pytest.param({"classifiers": ["x"] * 11, "image_url": "http://a.example/"}, id="eleven"),
        pytest.param({"classifiers": {"a": 1}, "image_url": "http://a.example/"}, id="no list"),
        pytest.param({"classifiers": ["coralchunk-lite0"]}, id="no address"),
        pytest.param({"classifiers": ["coralchunk-lite0"], "image_url": "ftp://a.example/"}, id="not http"),
        pytest.param({"classifiers": ["coralchunk-lite0"], "image_url": 7}, id="a number"),
        pytest.param(
            {"classifiers": ["coralchunk-lite0"], "image_url": "http://a.example/", "options": 7},
            id="options",
        ),
    ],
)
def test_questions_that_cannot_be_answered_are_refused(
    raw: httpx.Client, question: dict[str, object]
) -> None:
    answer = raw.post("classify", json=question)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"]


def test_feedback_puts_the_image_under_the_right_label_once(
    raw: httpx.Client, trained: int, textures: TextureHost
) -> None:
    question = {"classifiers": ["two-textures"], "image_url": textures.url("stripes-321.png")}
    (said,) = raw.post("classify", json=question).json()["data"]

    def dots() -> dict[str, object]:
        labels = raw.get(f"training-set/{trained}/images").json()["data"]
        return next(label for label in labels if label["label"] == "dots")

    before = len(dots()["images"])  # type: ignore[arg-type]
    correction = {"classification_id": said["id"], "correct_label_id": str(dots()["id"])}
    answers = [
        raw.post("feedback/classification", params=correction),
        raw.post("feedback/classification", data=correction),
        raw.post("feedback/classification", json=correction | {"correct_label_id": "dots"}),
    ]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert len(dots()["images"]) == before + 1  # type: ignore[arg-type]


def test_feedback_on_what_is_not_known_is_refused(
    raw: httpx.Client, trained: int, textures: TextureHost, other_key: str
) -> None:
    question = {"classifiers": ["two-textures"], "image_url": textures.url("stripes-322.png")}
    (said,) = raw.post("classify", json=question).json()["data"]
    right = {"classification_id": said["id"], "correct_label_id": "dots"}

    answers = [
        raw.post("feedback/classification", json=right | {"classification_id": "cls_" + "0" * 40}),
        raw.post("feedback/classification", json=right | {"correct_label_id": "nothing"}),
        raw.post("feedback/classification", json={"classification_id": said["id"]}),
        raw.post("feedback/classification", json=right, auth=(other_key, "")),
    ]

    assert [answer.status_code for answer in answers] == [404, 400, 400, 404]


def test_free_feedback_reaches_the_operator(raw: httpx.Client, torch_server: RunningServer) -> None:
    message = base64.b64encode("Zébras are missing".encode()).decode()

    for how in ("params", "data", "json"):
        assert raw.post("feedback/freeform", **{how: {"message": message}}).status_code == 200  # type: ignore[arg-type]

    listed = torch_server.command("feedback")
    assert listed.count("ana: Zébras are missing") == 3


def test_base64_in_a_form_needs_no_escapes(raw: httpx.Client, torch_server: RunningServer) -> None:
    encoded = base64.encodebytes(("Größe >>>> ~~~~ " * 6).encode()).decode()
    assert "+" in encoded
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    assert raw.post("feedback/freeform", content=f"message={encoded}", headers=form).status_code == 200

    assert "Größe >>>> ~~~~" in torch_server.command("feedback")


@pytest.mark.parametrize("message", ["", "%%%", base64.b64encode(b"\xff\xfe").decode()])
def test_feedback_that_is_no_base64_text_is_refused(raw: httpx.Client, message: str) -> None:
    assert raw.post("feedback/freeform", json={"message": message}).status_code == 400


def test_a_set_in_training_is_not_trained_again(raw: httpx.Client, new_set: NewSet) -> None:
    set_id = new_set("Busy", stripes=4, dots=4)
    assert raw.post(f"training-set/{set_id}/train").status_code == 202

    again = raw.post(f"training-set/{set_id}/train")

    assert again.status_code in {409, 202}  # the second only if the first has ended meanwhile
    raw.delete(f"training-set/{set_id}")


def test_a_worker_that_is_killed_while_it_trains_costs_no_training(
    raw: httpx.Client, torch_server: RunningServer, new_set: NewSet
) -> None:
    set_id = new_set("Survives", stripes=6, dots=6)
    raw.post(f"training-set/{set_id}/train")
    training = wait_for(lambda: torch_server.processes("coralchunk.training"), "the training process")
    worker = next(one for one in torch_server.workers() if one.pid == training[0].parent)

    worker.send(signal.SIGKILL)

    wait_for(
        lambda: raw.get(f"training-set/{set_id}/train").json()["state"] == "trained",
        "the training by another worker",
    )
    assert raw.get(f"training-set/{set_id}/train").json()["version"] == 1


def test_scripts_of_coralnet_get_their_list(raw: httpx.Client, key: str, torch_server: RunningServer) -> None:
    answer = httpx.get(
        f"http://127.0.0.1:{torch_server.port}/api/classifiers/", headers={"Authorization": f"Token {key}"}
    )

    assert answer.headers["Content-Type"] == "application/vnd.api+json"
    assert set(answer.json()) == {"data"}
    by_basic = raw.get("classifiers/").json()["data"][0]
    assert answer.json()["data"][0].items() <= by_basic.items()


def test_training_needs_its_scope(raw: httpx.Client, torch_server: RunningServer) -> None:
    reader = create_token(torch_server, "ana", Scope.READ)

    answer = raw.post("training-sets", json={"name": "x"}, auth=(reader, ""))

    assert answer.status_code == 403

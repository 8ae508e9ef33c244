"""Test upload requests that are nearly right: the photo is accepted, or the error says what to change."""

import base64
import io
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from werkzeug.test import TestResponse

from coralchunk.api.multipart import read_form
from coralchunk.config import Settings
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.steps.submit import StoredUpload, enqueue
from coralchunk.pipeline.stores import Stores
from coralchunk.storage.files.blobs import PHOTO
from coralchunk.terms import Size
from tests.reef import encoded, jpeg, reef

PHOTO_BYTES = jpeg(300, 260)
BASE64 = base64.b64encode(PHOTO_BYTES)
DATA_URI = b"data:image/jpeg;base64," + BASE64
FORM = "multipart/form-data; boundary=reef7"
IMAGE = b'Content-Disposition: form-data; name="image"'
NOTE = b'Content-Disposition: form-data; name="note"'
FILE = IMAGE + b'; filename="a.jpg"\r\nContent-Type: image/jpeg'
EMPTY_INPUT = IMAGE + b'; filename=""\r\nContent-Type: application/octet-stream'
Send = Callable[..., TestResponse]


def form(*parts: tuple[bytes, bytes]) -> bytes:
    written = (b"--reef7\r\n" + head + b"\r\n\r\n" + data + b"\r\n" for head, data in parts)
    return b"".join(written) + b"--reef7--\r\n"


@pytest.fixture
def send(client: FlaskClient) -> Send:
    def post(body: bytes, content_type: str | None = FORM, **headers: str) -> TestResponse:
        return client.post("/V1/api/classify", data=body, content_type=content_type, headers=headers)

    return post


def stored(stores: Stores, job_id: int) -> bytes:
    return stores.blobs.read(job_id, PHOTO)


TAKEN = [
    pytest.param(form((FILE, PHOTO_BYTES)), FORM, id="a file"),
    pytest.param(
        form((IMAGE + b'; filename="r\xe9cif.jpg"\r\nContent-Type: image/jpeg', PHOTO_BYTES)),
        FORM,
        id="a file name in Latin-1",
    ),
    pytest.param(
        form((IMAGE + b"; filename*=UTF-8''r%C3%A9cif.jpg", PHOTO_BYTES)), FORM, id="an extended file name"
    ),
    pytest.param(
        form((IMAGE + b"; filename*=ISO-8859-1''r%E9cif.jpg; filename=\"r?cif.jpg\"", PHOTO_BYTES)),
        FORM,
        id="two file names",
    ),
    pytest.param(form((IMAGE, PHOTO_BYTES)), FORM, id="no file name"),
    pytest.param(
        form((IMAGE + b"\r\nContent-Type: image/jpeg", PHOTO_BYTES)), FORM, id="only a content type"
    ),
    pytest.param(
        form((b"Content-Disposition: form-data; name=image; filename=a.jpg", PHOTO_BYTES)),
        FORM,
        id="a header without quotes",
    ),
    pytest.param(form((IMAGE, DATA_URI)), FORM, id="a data URI as text"),
    pytest.param(form((FILE, DATA_URI)), FORM, id="a data URI as a file"),
    pytest.param(
        form((IMAGE, b"DATA:image/jpeg;name=a.jpg;BASE64," + BASE64)), FORM, id="a data URI in capitals"
    ),
    pytest.param(form((IMAGE, BASE64)), FORM, id="base64 as text"),
    pytest.param(form((IMAGE, base64.urlsafe_b64encode(PHOTO_BYTES))), FORM, id="URL-safe base64"),
    pytest.param(form((IMAGE, BASE64.rstrip(b"="))), FORM, id="base64 without padding"),
    pytest.param(form((IMAGE, b"\n" + base64.encodebytes(PHOTO_BYTES))), FORM, id="base64 in lines"),
    pytest.param(
        form((FILE + b"\r\nContent-Transfer-Encoding: base64", base64.encodebytes(PHOTO_BYTES))),
        FORM,
        id="base64 told by its header",
    ),
    pytest.param(
        form((FILE + b"\r\nContent-Transfer-Encoding: Binary", PHOTO_BYTES)), FORM, id="binary told so"
    ),
    pytest.param(form((EMPTY_INPUT, b""), (FILE, PHOTO_BYTES)), FORM, id="an empty input first"),
    pytest.param(form((IMAGE, b""), (FILE, PHOTO_BYTES)), FORM, id="an empty text first"),
    pytest.param(form((FILE, PHOTO_BYTES), (EMPTY_INPUT, b"")), FORM, id="an empty input last"),
    pytest.param(
        form((b'Content-Disposition: form-data; name="note"', b"T1"), (FILE, PHOTO_BYTES)), FORM, id="a note"
    ),
    pytest.param(
        form((NOTE + b'; filename="log.bin"', b"\0" * 600_000), (FILE, PHOTO_BYTES)),
        FORM,
        id="another file that is not read",
    ),
    pytest.param(PHOTO_BYTES, "image/jpeg", id="a raw body"),
    pytest.param(PHOTO_BYTES, "image/jpeg; name=a.jpg", id="a raw body with a parameter"),
    pytest.param(PHOTO_BYTES, "image/png", id="a raw body of another image type"),
    pytest.param(PHOTO_BYTES, "application/octet-stream", id="a raw body of bytes"),
    pytest.param(
        urlencode({"image": DATA_URI}).encode(), "application/x-www-form-urlencoded", id="URL-encoded"
    ),
    pytest.param(
        b"image=" + DATA_URI, "application/x-www-form-urlencoded", id="URL-encoded, its plus signs bare"
    ),
]


@pytest.mark.parametrize(("body", "content_type"), TAKEN)
def test_a_photo_is_taken_however_it_is_written(
    send: Send, stores: Stores, body: bytes, content_type: str
) -> None:
    accepted = send(body, content_type)

    assert accepted.status_code == 200, accepted.text
    assert set(accepted.get_json()) == {"job_id"}
    assert stored(stores, accepted.get_json()["job_id"]) == PHOTO_BYTES


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_the_letters_in_a_photo_are_not_taken_for_base64(send: Send, stores: Stores, mode: str) -> None:
    out = io.BytesIO()
    Image.fromarray(reef(300, 200)).convert(mode).save(out, "JPEG")

    accepted = send(form((FILE, out.getvalue())), FORM)

    assert accepted.status_code == 200, accepted.text
    assert stored(stores, accepted.get_json()["job_id"]) == out.getvalue()


REFUSED = [
    pytest.param(
        form(
            (
                b'Content-Disposition: form-data; name="photo"; filename="a.jpg"\r\nContent-Type: image/jpeg',
                b"x",
            )
        ),
        FORM,
        "the field `photo` (file `a.jpg`, image/jpeg, 1 bytes)",
        id="another field",
    ),
    pytest.param(
        form((b'Content-Disposition: form-data; name="Image"; filename="a.jpg"', PHOTO_BYTES)),
        FORM,
        "`Image` (file `a.jpg`,",
        id="a field in capitals",
    ),
    pytest.param(form((NOTE, b"hello")), FORM, "`note` (text, 5 characters)", id="only text"),
    pytest.param(form(*[(NOTE, b"")] * 7), FORM, "and 2 more", id="many fields"),
    pytest.param(
        form((b'Content-Disposition: form-data; filename="a.jpg"', b"x")),
        FORM,
        "without a name",
        id="no name",
    ),
    pytest.param(form((EMPTY_INPUT, b"")), FORM, "no file was chosen", id="an empty input"),
    pytest.param(form(), FORM, "the form has no fields", id="an empty form"),
    pytest.param(form((IMAGE, b"reef.jpg")), FORM, "as text (`reef.jpg`)", id="a name as text"),
    pytest.param(form((IMAGE, b"[object Object]")), FORM, "[object Object]", id="an object as text"),
    pytest.param(
        form((IMAGE, b"data:image/jpeg;base64,/9j*4")), FORM, "not whole and valid base64", id="bad base64"
    ),
    pytest.param(
        form((IMAGE, b"data:image/svg+xml,%3Csvg/%3E")), FORM, "not in base64", id="a data URI of text"
    ),
    pytest.param(
        form((FILE + b"\r\nContent-Transfer-Encoding: quoted-printable", b"=FF=D8")),
        FORM,
        "`quoted-printable` is not read",
        id="another encoding",
    ),
    pytest.param(
        form((FILE + b"\r\nContent-Transfer-Encoding: base64", PHOTO_BYTES)),
        FORM,
        "not whole and valid base64",
        id="binary told to be base64",
    ),
    pytest.param(form((FILE, PHOTO_BYTES)), "multipart/form-data", "has no boundary", id="no boundary"),
    pytest.param(
        form((FILE, PHOTO_BYTES)), "multipart/form-data; boundary=other", "'other'", id="another boundary"
    ),
    pytest.param(
        form((FILE, PHOTO_BYTES))[:-11], FORM, "before its last boundary", id="a form without its end"
    ),
    pytest.param(
        form((b"Content-Type: image/jpeg", PHOTO_BYTES)), FORM, "Content-Disposition", id="a part of no field"
    ),
    pytest.param(b"", "image/jpeg", "the body is empty", id="an empty raw body"),
    pytest.param(b'{"image": "abc"}', "application/json", "`application/json`", id="JSON"),
    pytest.param(PHOTO_BYTES, None, "no content type", id="no content type"),
    pytest.param(
        PHOTO_BYTES, "application/x-www-form-urlencoded", "the form has", id="a raw body sent as curl does"
    ),
]


@pytest.mark.parametrize(("body", "content_type", "told"), REFUSED)
def test_without_a_photo_the_refusal_says_what_came_and_what_to_change(
    send: Send, stores: Stores, body: bytes, content_type: str | None, told: str
) -> None:
    refused = send(body, content_type).get_json()

    assert (refused["status"], refused["title"], refused["error"]) == (400, "NoImage", "No image provided")
    assert refused["detail"].startswith("No image provided: ")
    assert told in refused["detail"]
    assert refused["detail"].rstrip(".").count(". ") >= 1  # what came, then what to change
    assert list(stores.records.open_jobs()) == []


def test_each_of_several_photos_becomes_a_job(send: Send, stores: Stores) -> None:
    photos = [jpeg(300, 260, seed) for seed in (1, 2, 3)]
    heads = [IMAGE + b'; filename="%d.jpg"' % number for number in range(3)]

    accepted = send(form(*zip(heads, photos, strict=True)))

    answer = accepted.get_json()
    assert (accepted.status_code, answer["job_id"]) == (200, answer["job_ids"][0])
    assert accepted.headers["Location"].endswith(f"/{answer['job_id']}")
    assert [stored(stores, job_id) for job_id in answer["job_ids"]] == photos
    assert [get_job(stores, job_id).total_chunks for job_id in answer["job_ids"]] == [4, 4, 4]


def test_photos_of_several_forms_of_writing_keep_their_order(send: Send, stores: Stores) -> None:
    png = encoded(reef(250, 250), "PNG")

    answer = send(form((IMAGE, DATA_URI), (EMPTY_INPUT, b""), (FILE, png))).get_json()

    assert [stored(stores, job_id) for job_id in answer["job_ids"]] == [PHOTO_BYTES, png]


@pytest.mark.parametrize(
    ("second", "status"),
    [
        pytest.param((FILE, b"no photo"), 422, id="one that is no photo"),
        pytest.param((FILE, PHOTO_BYTES[:100]), 422, id="one that is damaged"),
        pytest.param((FILE, b""), 422, id="one that is empty"),
        pytest.param((FILE, encoded(reef(30, 20), "BMP")), 415, id="one in another format"),
        pytest.param((IMAGE, b"reef.jpg"), 400, id="one that is text"),
    ],
)
def test_with_one_photo_that_cannot_be_used_none_is_stored(
    send: Send, stores: Stores, second: tuple[bytes, bytes], status: int
) -> None:
    refused = send(form((FILE, PHOTO_BYTES), second, (FILE, PHOTO_BYTES)))

    assert refused.status_code == status
    if status != 400:
        assert refused.get_json()["detail"].startswith("Photo 2 of 3: ")
    assert list(stores.records.open_jobs()) == []
    assert list(stores.blobs.folders()) == []


def test_photos_that_together_are_too_many_chunks_are_refused_together(
    client_of: Callable[[Settings], FlaskClient], stores: Stores
) -> None:
    client = client_of(stores.settings.model_copy(update={"max_queued_chunks": 11}))

    def post(photos: int) -> TestResponse:
        body = form(*[(FILE, PHOTO_BYTES)] * photos)  # 4 chunks each
        return client.post("/V1/api/classify", data=body, content_type=FORM)

    waiting = post(1).get_json()["job_id"]
    refused = post(2)

    assert (refused.status_code, refused.get_json()["title"]) == (429, "QueueFull")
    assert list(stores.records.open_jobs()) == [waiting]
    assert post(1).status_code == 200


def test_the_same_key_brings_the_same_jobs_and_no_new_ones(send: Send, stores: Stores) -> None:
    photos = form((FILE, PHOTO_BYTES), (FILE, jpeg(300, 260, 2)))

    first = send(photos, **{"Idempotency-Key": "k1"})
    again = send(photos, **{"Idempotency-Key": "k1"})
    fewer = send(form((FILE, PHOTO_BYTES)), **{"Idempotency-Key": "k1"})

    assert again.get_json() == first.get_json()
    assert fewer.get_json()["title"] == "KeyUsedBefore"
    assert sorted(stores.records.open_jobs()) == sorted(first.get_json()["job_ids"])


def test_a_key_that_another_request_takes_first_makes_none_of_several_jobs(stores: Stores) -> None:
    mine = [StoredUpload(number, Size(300, 300), 1.9e9, "") for number in (11, 12, 13)]
    enqueue(stores, [StoredUpload(7, Size(300, 300), 1.9e9, "")], stores.admission.load(), ("k", "a" * 64))

    answer = enqueue(stores, mine, stores.admission.load(), ("k", "b" * 64))

    assert answer == b"7:" + b"a" * 64
    assert list(stores.records.open_jobs()) == [7]


@given(
    content=st.binary(max_size=3000),
    step=st.integers(1, 200),
    form_end=st.sampled_from([b"\r\n--reef7--\r\n", b"\r\n--reef7--"]),
)
def test_the_bytes_of_a_file_come_through_however_they_arrive(
    content: bytes, step: int, form_end: bytes
) -> None:
    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(step, size or 0))

    body = b"--reef7\r\n" + FILE + b"\r\n\r\n" + content.replace(b"--reef7", b"") + form_end

    with read_form(Dripping(body), "reef7", lambda name, _: name == "image", 20) as parts:
        (part,) = parts
        assert part.content is not None
        assert part.content.read() == content.replace(b"--reef7", b"")


def test_the_files_of_a_form_are_closed_when_it_has_been_read() -> None:
    with read_form(
        io.BytesIO(form((FILE, b"x" * 600_000))), "reef7", lambda name, _: name == "image", 20
    ) as parts:
        content = parts[0].content

    assert content is not None
    assert content.closed

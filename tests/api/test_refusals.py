"""Test what is refused under /V1: always JSON, never a page or a traceback."""

from collections.abc import Iterator
from io import BytesIO

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.conftest import MAX_PIXELS, MAX_UPLOAD_MB, ORIGIN
from tests.reef import encoded, jpeg, reef
from tests.server import RunningServer


def problem(answer: httpx.Response) -> dict[str, object]:
    """Return the body of a refusal, held to RFC 9457."""
    body = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(body) == {"type", "title", "status", "detail", "error"}
    assert body["status"] == answer.status_code
    assert body["error"] == ("No image provided" if body["title"] == "NoImage" else body["detail"]) != ""
    assert "Traceback" not in answer.text
    return body


def send(server: RunningServer, photo: bytes, name: str = "reef.jpg") -> httpx.Response:
    return server.client.post("/V1/api/classify", files={"image": (name, photo)})


def saved(image: Image.Image, format_name: str) -> bytes:
    out = BytesIO()
    image.save(out, format_name)
    return out.getvalue()


def avif() -> bytes:
    return b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + b"\0" * 200


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({}, id="no form at all"),
        pytest.param({"files": {"photo": ("reef.jpg", jpeg(40, 40))}}, id="a file in another field"),
        pytest.param({"data": {"image": "reef.jpg"}}, id="a text field called image"),
        pytest.param({"json": {"image": "abc"}}, id="JSON instead of a form"),
        pytest.param(
            {"content": b"garbage", "headers": {"Content-Type": "multipart/form-data"}},
            id="a form without its boundary",
        ),
    ],
)
def test_a_request_without_a_photo_is_told_so(server: RunningServer, form: dict[str, object]) -> None:
    refused = server.client.post("/V1/api/classify", **form)  # type: ignore[arg-type]

    assert refused.status_code == 400
    assert problem(refused)["error"] == "No image provided"


@pytest.mark.parametrize(
    ("upload", "found"),
    [
        pytest.param(b"", "empty (0 bytes)", id="no bytes"),
        pytest.param(b"<html>hello", "<html>hello", id="a web page"),
        pytest.param(b"\xff\xd8\xff", "damaged", id="three bytes of a JPEG"),
        pytest.param(jpeg(300, 200)[:180], "damaged", id="a JPEG cut off in its header"),
        pytest.param(encoded(reef(300, 200), "PNG")[:20], "damaged", id="a PNG cut off in its header"),
        pytest.param(b"\x00" * 500, "not a photo", id="zeros"),
    ],
)
def test_what_is_no_photo_is_refused_with_what_was_found(
    server: RunningServer, upload: bytes, found: str
) -> None:
    refused = send(server, upload)

    assert refused.status_code == 422
    assert found in str(problem(refused)["error"])


@pytest.mark.parametrize(
    ("upload", "found"),
    [
        pytest.param(encoded(reef(30, 20), "BMP"), "BMP", id="BMP"),
        pytest.param(encoded(reef(30, 20), "PPM"), "PPM", id="PPM"),
        pytest.param(encoded(reef(30, 20), "ICO"), "ICO", id="an icon"),
        pytest.param(avif(), "AVIF", id="AVIF"),
        pytest.param(encoded(reef(30, 20), "JPEG2000"), "JPEG2000", id="JPEG 2000"),
    ],
)
def test_another_image_format_is_refused_with_the_accepted_ones(
    server: RunningServer, upload: bytes, found: str
) -> None:
    refused = send(server, upload)

    error = str(problem(refused)["error"])
    assert refused.status_code == 415
    assert found in error
    assert "JPEG, PNG, WebP, GIF, TIFF, HEIC/HEIF" in error


def test_a_format_is_recognised_by_its_bytes_whatever_the_file_is_called(server: RunningServer) -> None:
    accepted = send(server, jpeg(40, 40), "reef.bmp")

    assert accepted.status_code == 200


def test_too_many_bytes_are_refused_with_the_limit(server: RunningServer) -> None:
    refused = send(server, jpeg(40, 40) + b"\0" * (MAX_UPLOAD_MB + 1) * 1_000_000)

    assert refused.status_code == 413
    assert f"larger than {MAX_UPLOAD_MB} MB" in str(problem(refused)["error"])


def test_an_upload_of_exactly_the_limit_is_accepted(server: RunningServer) -> None:
    photo = jpeg(40, 40)

    accepted = send(server, photo + b"\0" * (MAX_UPLOAD_MB * 1_000_000 - len(photo)))

    assert accepted.status_code == 200


def test_too_many_pixels_are_refused_by_the_header_with_the_limit(server: RunningServer) -> None:
    huge = saved(Image.new("1", (MAX_PIXELS // 1000 + 1, 1000)), "PNG")

    refused = send(server, huge)

    error = str(problem(refused)["error"])
    assert refused.status_code == 413
    assert f"{MAX_PIXELS // 1000 + 1} x 1000 = {MAX_PIXELS + 1000} pixels" in error
    assert f"at most {MAX_PIXELS}" in error


def chunked(photo: bytes) -> Iterator[bytes]:
    yield b'--reef\r\nContent-Disposition: form-data; name="image"; filename="reef.jpg"\r\n\r\n'
    yield from (photo[start : start + 65536] for start in range(0, len(photo), 65536))
    yield b"\r\n--reef--\r\n"


def test_an_upload_that_does_not_tell_its_length_is_accepted(server: RunningServer) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=reef"}

    accepted = server.client.post("/V1/api/classify", content=chunked(jpeg(700, 500)), headers=headers)

    assert accepted.status_code == 200
    assert server.completed(accepted.json()["job_id"])["total_chunks"] == 9


def test_an_upload_that_does_not_tell_its_length_is_bounded_too(server: RunningServer) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=reef"}
    endless = jpeg(40, 40) + b"\0" * (MAX_UPLOAD_MB + 1) * 1_000_000

    refused = server.client.post("/V1/api/classify", content=chunked(endless), headers=headers)

    assert refused.status_code == 413


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "..", "a\\b.jpg", "x" * 3000, "珊瑚.jpg"]
)
def test_the_name_that_a_client_gives_its_file_is_never_a_path(server: RunningServer, name: str) -> None:
    before = {path for path in server.data_dir.parent.rglob("*") if "jobs" not in path.parts}

    accepted = send(server, jpeg(40, 40), name)

    job_id = accepted.json()["job_id"]
    server.completed(job_id)
    after = {path for path in server.data_dir.parent.rglob("*") if "jobs" not in path.parts}
    stored = {path.name for path in (server.data_dir / "jobs" / str(job_id)).iterdir()}
    assert after == before
    assert stored == {"photo", "picture.png", "preview.jpg", "summary.json", "chunks.json"}


@pytest.mark.parametrize("path", ["status/{0}", "result/{0}.png"])
@pytest.mark.parametrize("job_id", ["1", "0", str(2**53), "9" * 40])
def test_an_unknown_job_is_a_404(server: RunningServer, path: str, job_id: str) -> None:
    missing = server.client.get(f"/V1/api/{path.format(job_id)}")

    assert missing.status_code == 404
    assert f"No job {job_id}" in str(problem(missing)["error"])


@pytest.mark.parametrize(
    "path",
    ["/V1", "/V1/", "/V1/api", "/V1/api/", "/V1/api/nowhere", "/V1/api/status/abc", "/V1/api/status/-1"],
)
def test_an_unknown_route_is_a_404_in_json(server: RunningServer, path: str) -> None:
    missing = server.client.get(path)

    assert missing.status_code == 404
    problem(missing)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/V1/api/classify", {"POST", "OPTIONS"}),
        ("PUT", "/V1/api/classify", {"POST", "OPTIONS"}),
        ("POST", "/V1/api/status/1", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/V1/api/classify/1", {"DELETE", "OPTIONS"}),
        ("DELETE", "/V1/api/result/1.png", {"GET", "HEAD", "OPTIONS"}),
        ("POST", "/V1/api/health", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_a_wrong_method_is_a_405_in_json_that_names_the_right_ones(
    server: RunningServer, method: str, path: str, allowed: set[str]
) -> None:
    refused = server.client.request(method, path)

    assert refused.status_code == 405
    assert set(refused.headers["Allow"].split(", ")) == allowed
    assert method in str(problem(refused)["error"])


def test_a_photo_whose_pixels_are_damaged_ends_as_an_error_that_a_diver_understands(
    server: RunningServer,
) -> None:
    whole = encoded(np.random.default_rng(3).integers(0, 256, (500, 700, 3), dtype=np.uint8), "PNG")
    job_id = server.submit(whole[: len(whole) // 2])

    status = server.finished(job_id)

    assert status["status"] == "error"
    assert status["error"].startswith("This PNG file is damaged or incomplete")
    assert "Send the original photo again" in status["error"]
    assert status["progress"] == "0/9"


def test_a_listed_origin_may_call_from_a_browser(server: RunningServer) -> None:
    answer = server.client.get("/V1/api/health", headers={"Origin": ORIGIN})

    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert {"Location", "Retry-After", "ETag"} <= set(
        answer.headers["Access-Control-Expose-Headers"].split(", ")
    )


def test_a_browser_may_ask_before_it_deletes(server: RunningServer) -> None:
    asked = server.client.options(
        "/V1/api/classify/1", headers={"Origin": ORIGIN, "Access-Control-Request-Method": "DELETE"}
    )

    assert asked.status_code == 200
    assert "DELETE" in asked.headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize("origin", ["https://evil.example", f"{ORIGIN}.evil.example", "null"])
def test_any_other_origin_may_not(server: RunningServer, origin: str) -> None:
    answer = server.client.get("/V1/api/health", headers={"Origin": origin})

    assert "Access-Control-Allow-Origin" not in answer.headers


def test_pages_of_this_server_are_not_opened_to_other_origins(server: RunningServer) -> None:
    answer = server.client.get("/docs", headers={"Origin": ORIGIN})

    assert "Access-Control-Allow-Origin" not in answer.headers

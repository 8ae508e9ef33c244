"""Test scripts of ecologists against a running server; only the host in them is changed."""

import json
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from tests.coralnet.conftest import MEDIA_TYPE, PASSWORD, image, images
from tests.coralnet.host import ImageHost
from tests.reef import jpeg
from tests.server import RunningServer
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.slow

CROP_FUNCTION = """
import sys, time, requests
base, image_url = sys.argv[1:]
answer = requests.post(base + "/api/token_auth/", headers={"Content-type": "application/vnd.api+json"},
                       data='{"username":"ana","password":"parrotfish"}')
token = answer.text[10:-2]
headers = {"Authorization": "Token " + token, "Content-type": "application/vnd.api+json"}
body = '{"data":[{"type":"image","attributes":{"url":"%s","points":[{"row":70,"column":50}]}}]}' % image_url
answer = requests.post(url=base + "/api/classifier/1/deploy/", data=body, headers=headers)
status_url = base + answer.headers["Location"]
while True:
    answer = requests.get(url=status_url, headers=headers, allow_redirects=%(follow)s)
    if %(is_done)s:
        break
    assert answer.json()["data"][0]["attributes"]["status"] in ("Pending", "In Progress")
    time.sleep(0.1)
if answer.status_code == 303:
    answer = requests.get(url=base + answer.headers["Location"], headers=headers)
print(answer.text)
"""


@pytest.mark.parametrize(
    ("follow", "is_done"),
    [
        pytest.param("False", "answer.status_code == 303", id="not following"),
        pytest.param("True", '"images" in answer.json()["data"]', id="following"),
    ],
)
def test_a_script_that_cuts_the_token_out_of_the_text_and_polls(
    reef_server: RunningServer, host: ImageHost, tmp_path: Path, follow: str, is_done: str
) -> None:
    script = tmp_path / "script.py"
    text = CROP_FUNCTION.replace("%(follow)s", follow).replace("%(is_done)s", is_done)
    script.write_text(text)

    said = subprocess.run(
        [sys.executable, str(script), f"http://127.0.0.1:{reef_server.port}", host.url("reef.jpg")],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert said.returncode == 0, said.stderr
    (classified,) = json.loads(said.stdout)["data"]["images"]
    assert (classified["points"][0]["row"], classified["points"][0]["column"]) == (70, 50)


def test_curl_with_a_file_as_on_the_help_page(
    reef_server: RunningServer, host: ImageHost, tmp_path: Path
) -> None:
    (tmp_path / "images.json").write_text(
        json.dumps(images(image(host.url("reef.jpg")), image(host.url("no.jpg"))))
    )
    base = f"http://127.0.0.1:{reef_server.port}"

    def curl(*arguments: str) -> str:
        return subprocess.run(
            ["curl", "-sS", "-i", "-H", f"Content-type: {MEDIA_TYPE}", *arguments],  # noqa: S607 - of the system
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=True,
            cwd=tmp_path,
        ).stdout

    log_in = curl(
        "-X", "POST", "-d", f'{{"username":"ana","password":"{PASSWORD}"}}', f"{base}/api/token_auth/"
    )
    header = f"Authorization: Token {re.findall(r'ck[0-9a-f]{40}', log_in)[0]}"
    accepted = curl("-X", "POST", "-H", header, "-d", "@images.json", f"{base}/api/classifier/1/deploy/")
    status = base + re.findall(r"(?im)^location: (\S+)", accepted)[0]
    wait_for(lambda: " 303 " in curl("-H", header, status).splitlines()[0], "the end of the job")
    result = curl("-L", "-H", header, status)

    assert " 202 " in accepted.splitlines()[0]
    good, bad = json.loads(result.strip().splitlines()[-1])["data"]["images"]
    assert len(good["points"]) == 1
    assert bad["errors"]


def test_a_worker_that_is_killed_while_it_fetches_costs_nothing(
    reef_server: RunningServer, host: ImageHost
) -> None:
    with host.holding():
        (place,) = deployed(reef_server, host, jobs=1)
        wait_for(lambda: host.held, "the fetch")
        for worker in reef_server.workers():
            worker.send(signal.SIGKILL)

    (classified,) = ended(reef_server, place)["data"]["images"]

    assert classified["points"]


def test_slow_hosts_keep_no_phone_waiting(reef_server: RunningServer, host: ImageHost) -> None:
    with host.holding():
        places = deployed(reef_server, host, jobs=4, photos=4)
        wait_for(lambda: len(host.held) == 3, "as many fetch_slots as there may be")

        reef_server.completed(reef_server.submit(jpeg(900, 700)))

    for place in places:
        assert all(classified["points"] for classified in ended(reef_server, place)["data"]["images"])
    assert host.max_held == 3


def test_of_jobs_that_are_sent_at_once_only_as_many_as_allowed_get_in(
    reef_server: RunningServer, host: ImageHost
) -> None:
    document = images(image(host.url("held.jpg")))

    def send(_: int) -> httpx.Response:
        return reef_server.client.post("/api/classifier/1/deploy/", json=document)

    with host.holding(), ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(send, range(12)))

    for place in (answer.headers["Location"] for answer in answers if answer.status_code == 202):
        ended(reef_server, place)
    assert sorted(answer.status_code for answer in answers) == [202] * 5 + [429] * 7


def test_answers_are_as_the_document_describes_them(reef_server: RunningServer, host: ImageHost) -> None:
    told = reef_server.client.get("/openapi.json").json()

    def errors(path: str, answer: httpx.Response) -> list[str]:
        operation = told["paths"][path][answer.request.method.lower()]
        schema = operation["responses"][str(answer.status_code)]["content"][MEDIA_TYPE]["schema"]
        validator = Draft202012Validator({**schema, "components": told["components"]})
        return [error.message for error in validator.iter_errors(answer.json())]

    with host.holding():
        (place,) = deployed(reef_server, host, jobs=1)
        working = reef_server.client.get(place)
    ended(reef_server, place)
    number = place.split("/")[3]
    log_in = reef_server.client.post("/api/token_auth/", json={"username": "ana", "password": PASSWORD})
    result = reef_server.client.get(f"/api/deploy_job/{number}/result/")
    live = reef_server.client.get(f"/api/deploy_job/{number}/result/?format=live")

    assert (working.status_code, log_in.status_code, result.status_code) == (200, 200, 200)
    assert errors("/api/token_auth/", log_in) == []
    assert errors("/api/classifiers", reef_server.client.get("/api/classifiers/")) == []
    assert errors("/api/deploy_job/{job_id}/status/", working) == []
    assert errors("/api/deploy_job/{job_id}/result/", result) == []
    assert errors("/api/deploy_job/{job_id}/result/", live) == []


def deployed(server: RunningServer, host: ImageHost, jobs: int, photos: int = 1) -> list[str]:
    """Ask for photos that the host holds back; return where to ask how far the jobs are."""
    document = images(*[image(host.url("held.jpg"))] * photos)
    answers = [server.client.post("/api/classifier/1/deploy/", json=document) for _ in range(jobs)]
    assert [answer.status_code for answer in answers] == [202] * jobs
    return [answer.headers["Location"] for answer in answers]


def ended(server: RunningServer, place: str) -> dict[str, Any]:
    """Wait until a job has ended; return its result."""
    wait_for(lambda: server.client.get(place).status_code == 303, "the end of the job")
    return server.client.get(place, follow_redirects=True).json()

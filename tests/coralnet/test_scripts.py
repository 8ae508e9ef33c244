"""The scripts that ecologists have, against a running server: only its address in them is changed."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.coralnet.conftest import MEDIA_TYPE, PASSWORD, image, images
from tests.coralnet.host import ImageHost
from tests.server import COMMAND, RunningServer, environment
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.slow

CUTTING = """
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


@pytest.fixture(scope="module")
def fetching(tmp_path_factory: pytest.TempPathFactory, host: ImageHost) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("coralnet")
    running = RunningServer(folder / "data", FETCH_URLS="1", FETCH_ALLOW=f"127.0.0.1:{host.port}")
    running.start()
    added = subprocess.run(
        [COMMAND, "user", "add", "ana"],
        env=environment(DATA_DIR=str(running.data_dir)),
        input=f"{PASSWORD}\n",
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert added.returncode == 0
    yield running
    running.destroy()


@pytest.mark.parametrize(
    ("follow", "is_done"),
    [
        pytest.param("False", "answer.status_code == 303", id="not following"),
        pytest.param("True", '"images" in answer.json()["data"]', id="following"),
    ],
)
def test_a_script_that_cuts_the_token_out_of_the_text_and_polls(
    fetching: RunningServer, host: ImageHost, tmp_path: Path, follow: str, is_done: str
) -> None:
    script = tmp_path / "script.py"
    text = CUTTING.replace("%(follow)s", follow).replace("%(is_done)s", is_done)
    script.write_text(text)

    said = subprocess.run(
        [sys.executable, str(script), f"http://127.0.0.1:{fetching.port}", host.url("reef.jpg")],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )

    assert said.returncode == 0, said.stderr
    (judged,) = json.loads(said.stdout)["data"]["images"]
    assert (judged["points"][0]["row"], judged["points"][0]["column"]) == (70, 50)


def test_curl_with_a_file_as_on_the_help_page(
    fetching: RunningServer, host: ImageHost, tmp_path: Path
) -> None:
    (tmp_path / "images.json").write_text(
        json.dumps(images(image(host.url("reef.jpg")), image(host.url("no.jpg"))))
    )
    base = f"http://127.0.0.1:{fetching.port}"

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
    fetching: RunningServer, host: ImageHost
) -> None:
    log_in = fetching.client.post("/api/token_auth/", json={"username": "ana", "password": PASSWORD})
    headers = {"Authorization": f"Token {log_in.json()['token']}"}
    host.may_answer.clear()
    host.asked.clear()
    try:
        accepted = fetching.client.post(
            "/api/classifier/1/deploy/", json=images(image(host.url("two.png"))), headers=headers
        )
        wait_for(lambda: host.asked, "the fetch")
        for worker in fetching.workers():
            worker.send(9)
    finally:
        host.may_answer.set()

    status = accepted.headers["Location"]
    wait_for(lambda: fetching.client.get(status, headers=headers).status_code == 303, "the end of the job")

    (judged,) = fetching.client.get(status.replace("status", "result"), headers=headers).json()["data"][
        "images"
    ]
    assert judged["points"]

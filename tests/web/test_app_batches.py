"""Test batches: a folder, a ZIP file or many photos that are added, sent and followed together."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page, Route, expect

from tests.reef import encoded, jpeg
from tests.server import RunningServer
from tests.waiting import wait_for
from tests.web.app import barriers, choose, file
from tests.web.conftest import NewPage


def small(seed: int) -> bytes:
    return jpeg(300, 300, seed=seed)


def batch(page: Page, name: str) -> Locator:
    return page.locator(".batch", has=page.get_by_role("heading", name=name))


def ready(page: Page, path: str = "/") -> Page:
    page.goto(path)
    page.locator("html[data-ready]").wait_for()
    return page


def zipped(**files: bytes) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, bytes_ in files.items():
            archive.writestr(name, bytes_)
    return content.getvalue()


def test_a_folder_is_one_batch_here_and_on_the_server(
    new_page: NewPage, tmp_path: Path, server: RunningServer, server_token: str
) -> None:
    folder = tmp_path / "North wall"
    (folder / "b").mkdir(parents=True)
    for name, seed in (("1.jpg", 1), ("2.jpg", 2), ("b/1.jpg", 1)):
        (folder / name).write_bytes(small(seed))
    (folder / "notes.txt").write_text("windy")
    page = new_page()
    page.add_init_script(f"localStorage.setItem('coralchunk.token', '{server_token}')")
    ready(page)

    page.set_input_files("#choose-folder", folder)

    expect(batch(page, "North wall").locator(".batch-state")).to_have_text("3 of 3 photos done.")
    expect(page.locator(".card[data-state=completed]")).to_have_count(3)
    assert barriers(page) == []
    headers = {"Authorization": f"Token {server_token}"}
    jobs = server.client.get("/V1/api/jobs", headers=headers).json()["jobs"]
    (name,) = {job["batch"] for job in jobs[:3]}
    assert re.fullmatch(r"North wall [0-9a-f]{8}", name)
    listed = server.client.get("/V1/api/jobs", params={"batch": name}, headers=headers).json()["jobs"]
    assert len(listed) == 3

    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete batch: North wall").click()

    expect(page.locator(".batch")).to_have_count(0)
    expect(page.locator(".card")).to_have_count(0)
    assert server.client.get(f"/V1/api/status/{jobs[0]['job_id']}").status_code == 404


def test_a_zip_file_is_unpacked_and_what_is_left_out_is_named(page: Page) -> None:
    ready(page)
    content = zipped(
        **{
            "Day 1/a.jpg": small(3),
            "Day 1/b.JPG": small(4),
            "Day 2/a.jpg": small(3),
            "Day 2/big.png": bytes(8_100_000),
            "__MACOSX/Day 1/._a.jpg": b"no photo",
            "read me.txt": b"hello",
        }
    )
    given = {"name": "Dive 7.zip", "mimeType": "application/zip", "buffer": content}

    page.set_input_files("#choose-zip", given)

    expect(batch(page, "Dive 7").locator(".batch-state")).to_have_text("3 of 3 photos done.")
    expect(batch(page, "Dive 7").locator(".left-out")).to_have_text(
        "Left out: Day 2/big.png (it is larger than the server takes)."
    )
    page.set_input_files("#choose-zip", given | {"buffer": content[:400], "name": "half.zip"})
    expect(page.locator("#problem")).to_contain_text("half.zip is damaged or not a ZIP file")
    page.set_input_files("#choose-zip", given | {"buffer": small(1), "name": "renamed.zip"})
    expect(page.locator("#problem")).to_contain_text("renamed.zip is not a ZIP file")
    expect(page.locator(".batch")).to_have_count(1)


def test_three_photos_are_sent_at_a_time(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/V1/api/classify", hold)

    choose(page, *(file(f"{seed}.jpg", small(seed)) for seed in range(5)))

    wait_for(lambda: page.wait_for_timeout(20) or len(held) == 3, "three requests")
    expect(page.locator(".card[data-state=sending]")).to_have_count(3)
    expect(page.locator(".card[data-state=waiting]")).to_have_count(2)
    page.unroute("**/V1/api/classify")  # which lets them go
    expect(page.locator(".batch .batch-state")).to_have_text("5 of 5 photos done.")


def test_a_large_photo_goes_on_where_it_stopped(new_page: NewPage, server: RunningServer) -> None:
    page = ready(new_page(expected="ERR_CONNECTION_RESET"))
    noise = np.random.default_rng(1).integers(0, 256, (1500, 2000, 3), dtype=np.uint8)
    photo = encoded(noise, quality=98)
    assert 4_000_000 < len(photo) < 8_000_000
    offsets: list[str] = []

    def break_off(route: Route) -> None:
        """Let the first two million bytes arrive, and no answer."""
        if (
            route.request.method != "PATCH"
            or offsets.append(route.request.headers["upload-offset"])
            or len(offsets) > 1
        ):
            return route.continue_()
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": "0",
            "Content-Type": "application/offset+octet-stream",
        }
        assert (
            server.client.patch(route.request.url, content=photo[:2_000_000], headers=headers).status_code
            == 204
        )
        return route.abort("connectionreset")

    page.route("**/V1/api/uploads/*", break_off)
    choose(page, file("large.jpg", photo))

    expect(page.locator(".card")).to_have_attribute("data-state", "completed")
    assert offsets == ["0", *(str(offset) for offset in range(2_000_000, len(photo), 2_000_000))]


def test_a_paused_batch_waits_over_a_closed_tab_and_goes_on(new_page: NewPage) -> None:
    page = ready(new_page(expected="ERR_INTERNET_DISCONNECTED"))
    context = page.context
    context.set_offline(True)
    choose(page, *(file(f"{seed}.jpg", small(seed)) for seed in range(1, 7)), file("bad.jpg", b"no photo"))
    state = page.locator(".batch .batch-state")
    expect(state).to_have_text("0 of 7 photos done. No connection: 7 photos on this device wait.")
    page.get_by_role("button", name=re.compile("^Pause: ")).click()
    context.set_offline(False)
    expect(state).to_have_text("0 of 7 photos done. Paused: 7 photos on this device wait.")
    page.close()

    again = ready(context.new_page())
    expect(again.locator(".batch .batch-state")).to_have_text(
        "0 of 7 photos done. Paused: 7 photos on this device wait."
    )
    again.get_by_role("button", name=re.compile("^Go on: ")).click()

    expect(again.locator(".batch .batch-state")).to_have_text("6 of 7 photos done, 1 failed.")
    assert again.evaluate("() => document.querySelector('#announcement').textContent").endswith("1 failed.")
    again.get_by_role("button", name=re.compile("^Retry 1 failed: ")).click()
    expect(again.locator(".card[data-state=refused]")).to_have_count(1)


def test_a_batch_tells_its_rate_and_can_be_cancelled_in_the_middle(new_page: NewPage) -> None:
    page = ready(new_page(expected="429 (Too Many"))
    sent: list[str] = []

    def refuse(route: Route) -> None:
        sent.append(route.request.url)
        if len(sent) <= 4:
            return route.continue_()
        return route.fulfill(status=429, headers={"Retry-After": "600"}, json={"detail": "Too much work."})

    page.route("**/V1/api/classify", refuse)
    choose(page, *(file(f"{seed}.jpg", small(seed)) for seed in range(1, 12)))

    state = page.locator(".batch .batch-state")
    expect(state).to_have_text(re.compile(r"^4 of 11 photos done\. \d+ a minute; about \d+ min left\.$"))
    assert len(sent) <= 7  # the others wait as long as the server has asked for
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name=re.compile("^Cancel all: ")).click()
    expect(state).to_have_text("4 of 4 photos done.")


def test_a_folder_that_was_read_in_part_is_completed_when_it_is_chosen_again(
    new_page: NewPage, tmp_path: Path
) -> None:
    folder = tmp_path / "Reef flat"
    folder.mkdir()
    for seed in range(1, 5):
        (folder / f"{seed}.jpg").write_bytes(small(seed))
    page = new_page(expected="ERR_INTERNET_DISCONNECTED")
    # The browser is closed while it reads the third file.
    page.add_init_script("""{
      const { arrayBuffer } = Blob.prototype;
      let files = 0;
      Blob.prototype.arrayBuffer = function () {
        if (!(this instanceof File) || (files += 1) < 3) return arrayBuffer.call(this);
        window.halted = true;
        return new Promise(() => {});
      };
    }""")
    ready(page)
    page.context.set_offline(True)
    page.set_input_files("#choose-folder", folder)
    wait_for(lambda: page.evaluate("() => window.halted"), "the third file")
    page.context.set_offline(False)
    page.close()

    again = ready(page.context.new_page())
    expect(batch(again, "Reef flat").locator(".left-out")).to_contain_text(
        "The page was closed before all photos"
    )
    again.set_input_files("#choose-folder", folder)

    expect(batch(again, "Reef flat").locator(".batch-state")).to_have_text("4 of 4 photos done.")
    expect(batch(again, "Reef flat").locator(".left-out")).to_be_hidden()

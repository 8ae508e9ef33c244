"""Test the page of `coralchunk label` in a browser: keys store labels, and undo takes the last one back."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.reef import jpeg
from tests.server import COMMAND, environment
from tests.waiting import PATIENCE_S, wait_for
from tests.web.conftest import NewPage

pytestmark = pytest.mark.slow


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The page of a folder with one photo of four chunks, one of them labelled."""
    (tmp_path / "reef.jpg").write_bytes(jpeg(600, 500))
    (tmp_path / "labels.csv").write_text("photo,columns,tiles\nreef.jpg,2,--U-\n")
    log = tmp_path / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [COMMAND, "label", ".", "--port", "0"],
            cwd=tmp_path,
            env=environment() | {"PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        found = wait_for(lambda: re.search(r"http://127\.0\.0\.1:\d+", log.read_text()), "the address")
        assert found is not None
        yield found[0]
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def test_a_key_stores_a_label_and_z_takes_it_back(address: str, new_page: NewPage, tmp_path: Path) -> None:
    page = new_page(base_url=address)
    page.goto("/")
    count, picture = page.get_by_role("status"), page.locator("#picture")
    expect(count).to_have_text("1 of 4 chunks labelled")
    expect(picture).to_have_js_property("complete", value=True)

    page.keyboard.press("n")
    expect(count).to_have_text("2 of 4 chunks labelled")
    with_one = (tmp_path / "labels.csv").read_text()
    page.keyboard.press("z")
    expect(count).to_have_text("1 of 4 chunks labelled")
    without = (tmp_path / "labels.csv").read_text()
    for number in range(2, 5):
        page.get_by_role("button", name="H healthy coral").click()
        expect(count).to_have_text(f"{number} of 4 chunks labelled")

    assert with_one.count("N") == 1
    assert without == "photo,columns,tiles\nreef.jpg,2,--U-\n"
    expect(page.get_by_text("All chunks have a label.")).to_be_visible()
    assert (tmp_path / "labels.csv").read_text() == "photo,columns,tiles\nreef.jpg,2,HHUH\n"

"""Test that photos are kept by browsers with a storage that refuses Blobs, hangs, or is not there."""

import re

from playwright.sync_api import Page, expect

from tests.web.app import card, choose, completed, drawn, file
from tests.web.conftest import PHONE, NewPage

# As in private windows of WebKit: a Blob aborts the transaction, and the next one never ends.
_NO_BLOBS = """{
  const { put } = IDBObjectStore.prototype;
  const { transaction } = IDBDatabase.prototype;
  const holdsBlob = (value) => value instanceof Blob
    || (value?.constructor === Object && Object.values(value).some((inner) => inner instanceof Blob));
  let isBroken = false;
  IDBObjectStore.prototype.put = function (value, ...key) {
    if (!holdsBlob(value)) return put.call(this, value, ...key);
    isBroken = true;
    this.transaction.abort();
    return { result: undefined };
  };
  IDBDatabase.prototype.transaction = function (...wanted) {
    const begun = transaction.apply(this, wanted);
    if (isBroken) begun.addEventListener("complete", (event) => event.stopImmediatePropagation(), true);
    return begun;
  };
}"""
_EARLIER = """async () => {
  const opening = indexedDB.open("coralchunk", 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("photos", { keyPath: "id" }).put({
      id: "p1", name: "kept.jpg", size: 1, key: "k", addedAt: 1, batch: "b", state: "refused", jobId: null,
      done: 0, total: 0, sent: 0, retryAt: 0, why: "From an earlier version.", summary: null, thumb: null,
    });
    opening.result.createObjectStore("files");
  };
  await new Promise((resolve) => { opening.onsuccess = resolve; });
  opening.result.close();
}"""
_NO_ANSWER = """{
  IDBFactory.prototype.open = () => ({ result: undefined });
  const soon = window.setTimeout;
  window.setTimeout = (action, delay, ...more) => soon(action, delay >= 5000 ? 50 : delay, ...more);
}"""


def test_photos_and_thumbnails_are_stored_where_blobs_are_refused(new_page: NewPage) -> None:
    page = new_page(**PHONE)
    page.add_init_script(_NO_BLOBS)
    page.goto("/")
    choose(page, file("first.jpg"), file("second.jpg"))
    completed(page, "first.jpg")
    completed(page, "second.jpg")

    page.reload()

    for name in ("first.jpg", "second.jpg"):
        expect(completed(page, name).locator("img")).to_be_visible()
    expect(page.locator("#forgetful")).to_be_hidden()
    page.get_by_role("link", name="Look at second.jpg").click()
    drawn(page)
    expect(page.locator("#map-options")).to_be_visible()


def add_to_a_survey(page: Page) -> None:
    """Go to the surveys, begin one and add the photos that were added last."""
    page.get_by_role("link", name="Surveys").click()
    page.get_by_role("button", name="New survey").click()
    page.get_by_label("Name").fill("Private wall")
    page.get_by_role("button", name="Create survey").click()
    page.get_by_role("button", name="Add photos").click()
    page.get_by_role("button", name="Add selected photos").click()
    expect(page.locator("#rows tr")).to_have_count(1)


def test_results_stay_while_the_window_is_open_where_the_storage_does_not_answer(new_page: NewPage) -> None:
    page = new_page(**PHONE)
    page.add_init_script(_NO_ANSWER)
    page.goto("/")
    expect(page.locator("#forgetful")).to_contain_text("This window cannot keep photos; results stay")

    choose(page, file("only here.jpg"))

    completed(page, "only here.jpg")
    add_to_a_survey(page)
    page.get_by_role("link", name="Photos").click()
    expect(card(page, "only here.jpg")).to_contain_text(re.compile("of the coral|too few"))
    page.get_by_role("link", name="Look at only here.jpg").click()
    drawn(page)


def test_photos_that_an_earlier_version_stored_are_listed(new_page: NewPage) -> None:
    page = new_page(**PHONE)
    page.goto("/docs")
    page.evaluate(_EARLIER)

    page.goto("/")

    expect(card(page, "kept.jpg")).to_contain_text("From an earlier version.")
    choose(page, file("one.jpg"), file("two.jpg"))
    expect(page.locator(".batch-state")).to_have_text("2 of 2 photos done.")

"""Test the table of a completed job and links that share its result."""

import csv
from io import BytesIO, StringIO

import pytest

from coralchunk.errors.surveys import UnknownShare
from coralchunk.pipeline.queries.lookup import get_job
from coralchunk.pipeline.steps.retry import retry
from coralchunk.pipeline.steps.share import share, shared
from coralchunk.pipeline.steps.submit import submit
from coralchunk.pipeline.steps.sweep import reconcile_storage
from coralchunk.pipeline.stores import Stores
from tests.reef import jpeg
from tests.server import RunningServer


@pytest.fixture(scope="module")
def job_id(server: RunningServer) -> int:
    job_id = server.submit(jpeg(600, 500, seed=31))
    server.completed(job_id)
    return job_id


def test_the_table_has_a_row_for_each_chunk(server: RunningServer, job_id: int) -> None:
    answer = server.client.get(f"/V1/api/result/{job_id}.csv")

    rows = list(csv.DictReader(StringIO(answer.text)))
    chunks = server.status(job_id, "chunks")["chunks"]
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(rows) == len(chunks) == 9
    for number, (row, chunk) in enumerate(zip(rows, chunks, strict=True)):
        assert int(row.pop("chunk")) == number
        told = chunk.pop("probabilities")
        assert {name: float(row.pop(f"probability_{name}")) for name in told} == told
        del chunk["probability"]
        assert row.pop("label") == chunk["predicted_label"]
        assert {row.pop(name) for name in ("corrected_label", "by", "at")} == {""}
        assert row == {name: str(value) for name, value in chunk.items()}


def test_there_is_no_table_before_the_end(server: RunningServer) -> None:
    with server.workers_halted():
        waiting = server.submit(jpeg(300, 300))
        early = server.client.get(f"/V1/api/result/{waiting}.csv")

    assert early.status_code == 409
    assert server.client.get("/V1/api/result/1.csv").status_code == 404


def test_a_link_shows_the_result_and_no_way_to_delete_it(server: RunningServer, job_id: int) -> None:
    made = server.client.post(f"/V1/api/classify/{job_id}/share").json()

    status = server.client.get(f"/V1/api/shared/{made['share_id']}")
    picture = server.client.get(f"/V1/api/shared/{made['share_id']}.png")
    again = server.client.get(
        f"/V1/api/shared/{made['share_id']}.png", headers={"If-None-Match": picture.headers["ETag"]}
    )

    assert made["url"] == f"/shared/{made['share_id']}"
    assert status.json() == server.status(job_id, "summary,chunks")
    assert picture.content == server.client.get(f"/V1/api/result/{job_id}.png").content
    assert again.status_code == 304
    for answer in (status, picture):
        told = answer.text + str(answer.headers) if answer is status else str(answer.headers)
        assert str(job_id) not in told


def test_a_job_has_one_link(server: RunningServer, job_id: int) -> None:
    links = {server.client.post(f"/V1/api/classify/{job_id}/share").text for _ in range(3)}

    assert len(links) == 1


def test_a_link_ends_with_its_job(server: RunningServer) -> None:
    job_id = server.submit(jpeg(300, 300))
    link = server.client.post(f"/V1/api/classify/{job_id}/share").json()["share_id"]
    before = server.client.get(f"/V1/api/shared/{link}")

    server.client.delete(f"/V1/api/classify/{job_id}")
    after = [server.client.get(f"/V1/api/shared/{link}{suffix}") for suffix in ("", ".png")]

    assert before.status_code == 200
    assert [answer.status_code for answer in after] == [404, 404]
    assert str(job_id) not in after[0].text + after[1].text
    assert server.client.post(f"/V1/api/classify/{job_id}/share").status_code == 404


def test_an_early_link_has_no_picture_yet_and_does_not_tell_the_job(server: RunningServer) -> None:
    with server.workers_halted():
        job_id = server.submit(jpeg(300, 300))
        link = server.client.post(f"/V1/api/classify/{job_id}/share").json()["share_id"]
        early = server.client.get(f"/V1/api/shared/{link}.png")

    assert early.status_code == 409
    assert str(job_id) not in early.text


@pytest.mark.parametrize("link", ["x", "A" * 24, "%00", "..%2f1"])
def test_a_link_that_was_never_given_out_leads_nowhere(server: RunningServer, link: str) -> None:
    assert server.client.get(f"/V1/api/shared/{link}").status_code == 404


def test_a_link_outlives_a_wiped_redis_and_a_new_beginning(stores: Stores) -> None:
    job_id = submit(stores, BytesIO(jpeg(300, 300)), 1.9e9, "")
    _, link = share(stores, job_id)
    stored_at = next(stores.blobs.folders()).changed_at

    stores.redis.flushall()
    with pytest.raises(UnknownShare):
        shared(stores, link)
    reconcile_storage(stores, stored_at + 60)
    after_wipe = shared(stores, link)
    retry(stores, job_id, stored_at + 60)

    assert after_wipe.id == shared(stores, link).id == job_id
    assert share(stores, job_id) == (get_job(stores, job_id), link)

from hypothesis import given
from hypothesis import strategies as st

from coralchunk.pipeline.queue.plan import Plan, plan

chunks = st.integers(1, 20_000)
workers = st.integers(1, 64)
queued = st.integers(0, 500)


@given(total=chunks, workers=workers, waiting=queued, high_priority=queued)
def test_no_batch_keeps_a_worker_long(total: int, workers: int, waiting: int, high_priority: int) -> None:
    work = plan(total, workers, waiting, high_priority)

    assert 1 <= work.batch_chunks <= 48


@given(total=st.integers(33, 20_000), workers=workers)
def test_an_idle_server_puts_as_many_workers_on_a_photo_as_are_of_use(total: int, workers: int) -> None:
    work = plan(total, workers, waiting=0, high_priority_waiting=0)

    batches = -(-total // work.batch_chunks)
    assert work.streams == min(workers, max(2, -(-total // 24)))
    assert batches >= min(work.streams, total) / 2  # rounding up a batch may leave some streams without one
    assert work.threads == 1


@given(total=st.integers(1, 32), workers=workers, waiting=queued)
def test_a_small_photo_is_one_batch_with_threads_for_it_on_an_idle_server(
    total: int, workers: int, waiting: int
) -> None:
    work = plan(total, workers, waiting, high_priority_waiting=0)

    assert (work.streams, work.batch_chunks) == (1, total)
    assert work.threads == (min(workers, 2) if waiting < workers else 1)


@given(total=chunks, workers=workers)
def test_lanes_end_within_a_batch_of_each_other(total: int, workers: int) -> None:
    work = plan(total, workers, waiting=0, high_priority_waiting=0)

    batches = -(-total // work.batch_chunks)
    rounds = [len(range(stream, batches, work.streams)) for stream in range(work.streams)]
    assert max(rounds) - min(rounds) <= 1


@given(total=chunks, workers=workers, more=queued, high_priority=queued)
def test_a_busy_server_gives_each_photo_to_one_worker(
    total: int, workers: int, more: int, high_priority: int
) -> None:
    work = plan(total, workers, waiting=workers + more, high_priority_waiting=high_priority)

    assert (work.streams, work.threads) == (1, 1)


def test_small_photos_pass_large_ones_until_there_are_many_of_them() -> None:
    assert plan(32, 2, waiting=50, high_priority_waiting=7).is_high_priority
    assert not plan(32, 2, waiting=50, high_priority_waiting=8).is_high_priority
    assert not plan(33, 2, waiting=0, high_priority_waiting=0).is_high_priority


def test_a_photo_of_twelve_megapixels_is_cut_into_equal_lanes() -> None:
    assert plan(221, 2, waiting=0, high_priority_waiting=0) == Plan(
        batch_chunks=37, streams=2, threads=1, is_high_priority=False
    )

from hypothesis import given
from hypothesis import strategies as st

from coralchunk.pipeline.plan import Plan, plan

chunks = st.integers(1, 20_000)
workers = st.integers(1, 64)
queued = st.integers(0, 500)


@given(total=chunks, workers=workers, waiting=queued, express=queued)
def test_no_batch_keeps_a_worker_long(total: int, workers: int, waiting: int, express: int) -> None:
    work = plan(total, workers, waiting, express)

    assert 1 <= work.batch_chunks <= 48


@given(total=chunks, workers=workers)
def test_an_idle_server_puts_all_its_workers_on_one_photo(total: int, workers: int) -> None:
    work = plan(total, workers, waiting=0, express_waiting=0)

    batches = -(-total // work.batch_chunks)
    assert work.lanes == workers
    assert batches >= min(workers, total) / 2  # rounding up a batch may leave some lanes without one


@given(total=chunks, workers=workers)
def test_lanes_end_within_a_batch_of_each_other(total: int, workers: int) -> None:
    work = plan(total, workers, waiting=0, express_waiting=0)

    batches = -(-total // work.batch_chunks)
    rounds = [len(range(lane, batches, work.lanes)) for lane in range(work.lanes)]
    assert max(rounds) - min(rounds) <= 1


@given(total=chunks, workers=workers, more=queued, express=queued)
def test_a_busy_server_gives_each_photo_to_one_worker(
    total: int, workers: int, more: int, express: int
) -> None:
    assert plan(total, workers, waiting=workers + more, express_waiting=express).lanes == 1


def test_small_photos_pass_large_ones_until_there_are_many_of_them() -> None:
    assert plan(32, 2, waiting=50, express_waiting=7).express
    assert not plan(32, 2, waiting=50, express_waiting=8).express
    assert not plan(33, 2, waiting=0, express_waiting=0).express


def test_a_photo_of_twelve_megapixels_is_cut_into_equal_lanes() -> None:
    assert plan(221, 2, waiting=0, express_waiting=0) == Plan(batch_chunks=37, lanes=2, express=False)

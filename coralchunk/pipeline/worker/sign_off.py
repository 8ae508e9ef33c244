"""Put the background tasks of a worker back when it is about to end."""

from coralchunk.pipeline.stores import Stores


def put_back_held(stores: Stores) -> None:
    """Queue the tasks of this process again that hold a slot, such as a training; they were not to blame."""
    for slots in (stores.fetch_slots, stores.training_slots):
        for task in slots.give_up():
            stores.records.refund_attempt(task.job_id, task.batch)
            stores.tasks.put(task.again())

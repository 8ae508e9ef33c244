"""Test that corrections made in the app become training images of a task."""

import secrets

import pytest
from ximilar.client.recognition import RecognitionClient

from tests.reef import jpeg
from tests.server import RunningServer
from tests.users import add_user, create_token

pytestmark = pytest.mark.slow


def test_corrections_are_collected_into_a_task(server: RunningServer, endpoint: str) -> None:
    name = f"user-{secrets.token_hex(4)}"
    add_user(server, name)
    job_id = server.submit(jpeg(500, 300, seed=secrets.randbits(30)))
    server.completed(job_id)
    address = f"/V1/api/classify/{job_id}/chunks/0/correction"
    assert server.client.put(address, json={"label": "Healthy Coral"}).status_code == 200

    said = server.command("corrections", "collect", name)

    client = RecognitionClient(create_token(server, name), endpoint=endpoint)
    (task,), _ = client.get_tasks_by_name("Corrections")
    assert task.id in said
    label, _ = task.get_label_by_name("Healthy Coral")
    images = label.get_training_images()[0]
    assert str(job_id) in {image.meta_data["job_id"] for image in images}
    assert {(image.img_width, image.img_height) for image in images} == {(244, 244)}

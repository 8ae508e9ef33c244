"""Create the accounts, jobs, surveys and corrections that a recorded data folder holds."""

from collections.abc import Callable
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import Any

from redis import Redis

from tests.server import RunningServer, ServerProcess
from tests.takeover.host import PhotoHost, url
from tests.waiting import wait_for

V1 = "/V1/api"
PASSWORD = "parrotfish"  # noqa: S105 - of made-up users
PICTURES = ("near.jpg", "gone.jpg", "far.jpg", "deep.jpg", "flat.jpg", "last.jpg")
# RQ's names for the tasks that workers have started, and for those that they have popped but not started.
BEGUN, POPPED = "rq:wip:coralchunk", "rq:queue:coralchunk:intermediate"
PARKED = "coralchunk:parked"


class Recording:
    """The steps that fill a server's data folder; call them in the order in which they are written.

    photos  folder for photos that the tests upload again
    draw    returns an encoded photo for a width, a height, a seed and a format
    """

    def __init__(self, server: RunningServer, photos: Path, draw: Callable[..., bytes]) -> None:
        self.server, self.client, self.photos, self.draw = server, server.client, photos, draw
        self.paths: list[str] = []  # their answers must stay the same
        self.expected: dict[str, Any] = {"open": {}}

    def accounts(self) -> None:
        """Add users and tokens of each kind; later requests send a token of ana's."""
        tokens = {}
        for user in ("ana", "ben"):
            self.server.command("user", "add", user, typed=f"{PASSWORD}\n")
            tokens[user] = self.server.command("token", "create", user).strip()
        tokens["reading"] = self.server.command("token", "create", "ana", "--scope", "read").strip()
        tokens["revoked"] = self.server.command("token", "create", "ana").strip()
        self.server.command("token", "revoke", "4")
        self.client.headers["X-API-KEY"] = tokens["ana"]
        self.expected |= {"tokens": tokens, "password": PASSWORD}

    def owned(self) -> None:
        """Create a job, a survey and a correction of ana's, on a server that requires tokens."""
        job_id = self.keyed("owned.jpg", 1, "dive-1")
        self.server.completed(job_id)
        survey = self.survey("Ana's", "2024-05-01", job_id)
        self.correct(job_id, 0, "Unsure", by="Ana")
        self.paths += self.of_job(job_id)
        self.expected["owned"] = {
            "job_id": job_id,
            "survey_id": survey,
            "share_id": self.share(job_id),
            "paths": [*self.of_job(job_id), f"{V1}/surveys/{survey}"],
        }

    def finished(self) -> None:
        """Create finished jobs: completed, failed and deleted ones, and a deploy job."""
        whole = self.draw(500, 500, 2)
        first = self.keyed("keyed.jpg", 3, "dive-2")
        second = self.server.submit(self.draw(300, 250, 4, "PNG"), "reef.png")
        broken = self.server.submit(whole[: len(whole) // 2])
        deleted, unwanted = self.server.submit(self.draw(260, 250, 5)), self.server.submit(whole)
        for job_id in (first, second, broken, deleted, unwanted):
            self.server.finished(job_id)
        self.correct(deleted, 1, "Healthy Coral", by="Ben")
        self.client.delete(f"{V1}/classify/{deleted}").raise_for_status()
        share_id = self.share(second)
        deploy = self.deploy("near.jpg", "gone.jpg")
        result = f"/api/deploy_job/{deploy}/result/"
        wait_for(lambda: self.client.get(result).status_code == 200, "the result of the deploy job")
        self.paths += [*self.of_job(first), *self.of_job(second)]
        self.paths += [f"{V1}/status/{broken}", f"{V1}/classify/{deleted}/corrections"]
        self.paths += [f"{V1}/shared/{share_id}", f"{V1}/shared/{share_id}.png"]
        self.paths += [f"/api/deploy_job/{deploy}/status/", result, f"{result}?format=live"]
        self.expected |= {
            "finished": {"keyed": first, "shared": second, "deleted": deleted, "unwanted": unwanted},
            "share_id": share_id,
            "deploy_job": deploy,
        }

    def surveys_and_corrections(self) -> None:
        """Create surveys and corrections of completed jobs."""
        jobs = self.expected["finished"]
        place = {"latitude": -16.73, "longitude": 146.28, "taken_at": "2024-03-09T10:15:00", "name": "a.jpg"}
        more = [self.server.submit(self.draw(500, 500, seed)) for seed in (6, 7)]
        for job_id in more:
            self.server.completed(job_id)
        survey = self.survey("Flynn Reef", "2024-03-09", jobs["keyed"], **place)
        photos = [self.put(survey, job_id) for job_id in more]
        self.correct(jobs["keyed"], 2, "Bleached Coral", by="Ana")
        self.correct(jobs["keyed"], 5, "Not Coral")
        self.correct(more[0], 0, "Unsure")
        self.paths += [f"{V1}/surveys/{survey}{suffix}" for suffix in ("", ".csv", ".geojson")]
        self.paths += [f"{V1}/surveys/{survey}/photos/{photo}" for photo in photos]
        self.paths += [f"{V1}/classify/{jobs['keyed']}/corrections"]
        self.expected |= {
            "survey_id": survey,
            "survey_to_change": self.survey("Outer reef", "2024-04-01", more[0]),
            "correction_to_take_back": more[0],
        }

    def deploy_in_work(self, host: PhotoHost) -> None:
        """Create a deploy job with one photo classified, one failed, two being fetched and two parked."""
        job_id = self.deploy(*PICTURES)
        wanted = {"successes": 1, "failures": 1, "total": len(PICTURES), "status": "In Progress"}
        with self.redis() as redis:
            wait_for(
                lambda: (
                    self.progress(job_id) == wanted and redis.llen(PARKED) == 2 and len(host.waiting) == 2
                ),
                "two fetches and two parked photos",
            )
        self.expected["open"]["deploy"] = {"job_id": job_id, "images": [url(name) for name in PICTURES]}

    def photos_in_work(self) -> None:
        """Create a job with a batch that a worker has popped but not started, and one with started batches.

        Halts all workers. The supervisor must be halted already, or it would put the batches back.
        """
        idle, *busy = self.server.workers()
        idle.send(SIGSTOP)
        popped = self.server.submit(self.draw(500, 500, 8))
        with self.redis() as redis:
            wait_for(
                lambda: redis.llen(POPPED) == 1 and redis.zcard(BEGUN) == 0 and self.completed(popped) == 6,
                "two finished batches and a popped one",
            )
            running = wait_for(lambda: self.caught(redis, busy), "a job halted in the middle")
        self.expected["open"] |= {
            "popped": {"job_id": popped, "total_chunks": 9},
            "running": {"job_id": running, "total_chunks": 81},
        }

    def caught(self, redis: Redis, workers: list[ServerProcess]) -> int | None:
        """Halt workers in the middle of a job. Returns its id, or None if they finished it first."""
        job_id = self.server.submit(self.draw(2000, 2000, 9))
        wait_for(lambda: redis.hlen(f"coralchunk:job:{job_id}:results"), "the first results")
        for worker in workers:
            worker.send(SIGSTOP)
        if self.completed(job_id) < 81 and redis.zcard(BEGUN):
            return job_id
        for worker in workers:
            worker.send(SIGCONT)
        self.client.delete(f"{V1}/classify/{job_id}").raise_for_status()
        return None

    def waiting(self) -> None:
        """Create queued jobs of each kind; all workers must be halted."""
        queued = self.server.submit(self.draw(500, 500, 10))
        keyed = self.keyed("waiting.jpg", 11, "dive-3")
        shared = self.server.submit(self.draw(490, 250, 12))
        names = ["near.jpg", "last.jpg"]
        deploy = self.deploy(*names)
        corrected = self.expected["finished"]["shared"]
        # No worker cuts the chunk out, so the task for it stays in the queue.
        late = self.client.put(f"{V1}/classify/{corrected}/chunks/0/correction", json={"label": "Unsure"})
        assert late.status_code == 503, late.text
        self.expected["open"] |= {
            "queued": {"job_id": queued, "total_chunks": 9},
            "keyed": {"job_id": keyed, "total_chunks": 9},
            "shared": {"job_id": shared, "total_chunks": 6, "share_id": self.share(shared)},
            "queued_deploy": {"job_id": deploy, "images": [url(name) for name in names]},
        }
        for job in self.expected["open"].values():
            if "total_chunks" in job:
                job["before"] = self.server.status(job["job_id"])
            else:
                job["before"] = self.progress(job["job_id"])

    def redis(self) -> Redis:
        """Connect to the server's Redis."""
        return Redis(unix_socket_path=str(self.server.data_dir / "redis" / "redis.sock"))

    def completed(self, job_id: int) -> int:
        """Return how many chunks of a job have results."""
        return int(self.server.status(job_id, "")["completed_chunks"])

    def progress(self, job_id: int) -> dict[str, Any]:
        """Return how far an unfinished deploy job is."""
        status = self.client.get(f"/api/deploy_job/{job_id}/status/").json()
        return dict(status["data"][0]["attributes"])

    def of_job(self, job_id: int) -> list[str]:
        """Return the paths of a completed job's results."""
        parts = "?include=summary,chunks"
        return [f"{V1}/status/{job_id}{parts}", f"{V1}/result/{job_id}.png", f"{V1}/result/{job_id}.csv"]

    def keyed(self, name: str, seed: int, key: str) -> int:
        """Upload a photo with an Idempotency-Key, and keep it for the tests."""
        photo = self.draw(500, 500, seed)
        (self.photos / name).write_bytes(photo)
        answer = self.client.post(
            f"{V1}/classify", files={"image": (name, photo)}, headers={"Idempotency-Key": key}
        )
        return int(answer.raise_for_status().json()["job_id"])

    def share(self, job_id: int) -> str:
        """Share a job. Returns the id of the link."""
        return str(self.client.post(f"{V1}/classify/{job_id}/share").raise_for_status().json()["share_id"])

    def survey(self, name: str, date: str, job_id: int, /, **more: object) -> int:
        """Create a survey with one photo. Returns its id."""
        fields = {"name": name, "site": "Gordon's", "date": date, "depth_m": 7.5, "transect": "T1"}
        survey = self.client.post(f"{V1}/surveys", json=fields).raise_for_status().json()["survey_id"]
        self.put(survey, job_id, **more)
        return int(survey)

    def put(self, survey: int, job_id: int, **more: object) -> int:
        """Add a completed job to a survey. Returns the id of its photo."""
        answer = self.client.post(f"{V1}/surveys/{survey}/photos", json={"job_id": job_id, **more})
        return int(answer.raise_for_status().json()["photo_id"])

    def correct(self, job_id: int, chunk: int, label: str, **more: str) -> None:
        """Correct a chunk."""
        path = f"{V1}/classify/{job_id}/chunks/{chunk}/correction"
        self.client.put(path, json={"label": label, **more}).raise_for_status()

    def deploy(self, *names: str) -> int:
        """Create a deploy job with two points in each photo. Returns its id."""
        points = [{"row": 120, "column": 130}, {"row": 400, "column": 333}]
        images = [{"type": "image", "attributes": {"url": url(name), "points": points}} for name in names]
        answer = self.client.post("/api/classifier/1/deploy/", json={"data": images})
        answer.raise_for_status()
        return int(answer.headers["Location"].split("/")[3])

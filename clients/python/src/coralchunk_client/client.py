"""Send photos, wait for their results, and repeat what a lost connection or a busy server interrupted."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_delay,
    wait_random_exponential,
)

from coralchunk_client.errors import ClientError, JobFailed, NotFinished, Refused, Unreachable
from coralchunk_client.results import Outcome, Result

Photo = str | Path | bytes
_BUSY = frozenset({429, 502, 503, 504})
_LONG_POLL_S = 20
_backoff = wait_random_exponential(multiplier=0.5, max=20)


class Client:
    """A connection to one server, for use by several threads.

    url         of the server, without /V1/api
    token       for servers that require one
    patience_s  how long a request is repeated while the server cannot be reached or is busy
    """

    def __init__(
        self, url: str = "http://localhost:5001", token: str | None = None, *, patience_s: float = 300
    ) -> None:
        headers = {} if token is None else {"Authorization": f"Token {token}"}
        base = f"{url.rstrip('/')}/V1/api"
        self._http = httpx.Client(base_url=base, headers=headers, timeout=2 * _LONG_POLL_S + 20)
        self._patience_s = patience_s

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def submit(self, photo: Photo, *, batch: str | None = None) -> int:
        """Send a photo, given by path or as the bytes of its file. Returns the id of its job.

        batch  a name under which photos that belong together can be listed, up to 100 characters

        Raises Refused, Unreachable, and OSError for a file that cannot be read.
        """
        content = photo if isinstance(photo, bytes) else Path(photo).read_bytes()
        key = {"Idempotency-Key": uuid.uuid4().hex}  # the same at each attempt
        form = {} if batch is None else {"batch": batch}
        file = {"image": (_name(photo), content)}
        answer = self._send(lambda: self._http.post("/classify", files=file, data=form, headers=key))
        return int(answer.json()["job_id"])

    def wait(self, job_id: int, *, timeout_s: float | None = None) -> Result:
        """Wait for the result of a job; for ever without a timeout.

        Raises JobFailed, NotFinished after the timeout, Refused for an unknown job, and Unreachable.
        """
        begun = time.monotonic()
        while True:
            left_s = _LONG_POLL_S if timeout_s is None else begun + timeout_s - time.monotonic()
            wait_s = max(0, min(_LONG_POLL_S, int(left_s)))
            status = self._status(job_id, include="", wait=wait_s)
            if status["status"] == "completed":
                return Result.read(job_id, self._status(job_id, include="summary,chunks", wait=0))
            if status["status"] == "error":
                raise JobFailed(job_id, status["error"])
            if left_s < 1:
                raise NotFinished(job_id, time.monotonic() - begun)

    def classify(self, photo: Photo, *, batch: str | None = None, timeout_s: float | None = None) -> Result:
        """Send a photo and wait for its result. Raises what `submit` and `wait` raise."""
        return self.wait(self.submit(photo, batch=batch), timeout_s=timeout_s)

    def classify_many(
        self, photos: Iterable[Photo], *, batch: str | None = None, parallel: int = 3, progress: bool = False
    ) -> list[Outcome]:
        """Classify photos, some at a time. Returns their outcomes in the same order; errors stop no other.

        progress  show a progress bar; needs tqdm
        """

        def one(photo: Photo) -> Outcome:
            try:
                return Outcome(_name(photo), self.classify(photo, batch=batch), None)
            except (ClientError, OSError) as error:
                return Outcome(_name(photo), None, error)

        listed = list(photos)
        with ThreadPoolExecutor(parallel) as threads:
            outcomes: Iterable[Outcome] = threads.map(one, listed)
            if progress:
                from tqdm.auto import tqdm  # noqa: PLC0415 - optional

                outcomes = tqdm(outcomes, total=len(listed), unit="photo")
            return list(outcomes)

    def picture(self, job_id: int) -> bytes:
        """Return the colour-coded picture of a completed job, a PNG file."""
        return self._send(lambda: self._http.get(f"/result/{job_id}.png")).content

    def jobs(self, *, batch: str | None = None) -> Iterator[dict[str, Any]]:
        """List the photos that were sent with this token, newest first, as the server describes them."""
        asked: dict[str, Any] = {} if batch is None else {"batch": batch}
        while True:
            page = self._send(lambda: self._http.get("/jobs", params=asked)).json()
            yield from page["jobs"]
            if page["next"] is None:
                return
            asked["before"] = page["next"]

    def delete(self, job_id: int) -> None:
        """Stop a job and delete its photo and result."""
        self._send(lambda: self._http.delete(f"/classify/{job_id}"))

    def _status(self, job_id: int, *, include: str, wait: int) -> dict[str, Any]:
        asked: dict[str, str | int] = {"include": include, "wait": wait}
        status: dict[str, Any] = self._send(lambda: self._http.get(f"/status/{job_id}", params=asked)).json()
        return status

    def _send(self, request: Callable[[], httpx.Response]) -> httpx.Response:
        attempts = Retrying(
            retry=retry_if_exception_type((_Busy, httpx.TransportError)),
            wait=_pause_s,
            stop=stop_after_delay(self._patience_s),
            reraise=True,
        )
        try:
            return attempts(_checked, request)
        except httpx.TransportError as lost:
            raise Unreachable(f"{self._http.base_url} does not answer: {lost}") from lost
        except _Busy as busy:
            raise Unreachable(f"{self._http.base_url} is busy: {busy}") from busy


class _Busy(Exception):
    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(_problem(answer).get("detail", f"status {answer.status_code}"))
        after = answer.headers.get("Retry-After", "")
        self.retry_after_s = float(after) if after.isdigit() else None


def _checked(request: Callable[[], httpx.Response]) -> httpx.Response:
    answer = request()
    if answer.status_code in _BUSY:
        raise _Busy(answer)
    if answer.is_success:
        return answer
    problem = _problem(answer)
    detail = problem.get("detail", f"The server answered with status {answer.status_code}.")
    raise Refused(answer.status_code, problem.get("title", ""), detail)


def _problem(answer: httpx.Response) -> dict[str, str]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _pause_s(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked_s = error.retry_after_s if isinstance(error, _Busy) else None
    return _backoff(state) if asked_s is None else asked_s


def _name(photo: Photo) -> str:
    return "photo" if isinstance(photo, bytes) else Path(photo).name

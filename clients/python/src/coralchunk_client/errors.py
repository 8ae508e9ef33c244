"""Name what can go wrong between a client and the server."""


class ClientError(Exception):
    """The base of all errors of this package."""


class Refused(ClientError):
    """The server refused a request; `title` names the reason for programs, the message is for people."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status  # of HTTP
        self.title = title


class Unreachable(ClientError):
    """The server did not answer, or was busy, for as long as the client is patient."""


class JobFailed(ClientError):
    """The photo was accepted but could not be classified."""

    def __init__(self, job_id: int, detail: str) -> None:
        super().__init__(detail)
        self.job_id = job_id


class NotFinished(ClientError):
    """The job goes on; ask for it again with `wait`."""

    def __init__(self, job_id: int, waited_s: float) -> None:
        super().__init__(f"Job {job_id} is not finished after {waited_s:.0f} s; call wait({job_id}) again.")
        self.job_id = job_id

"""Send reef photos to a coralchunk server and use the results."""

from coralchunk_client.client import Client
from coralchunk_client.errors import ClientError, JobFailed, NotFinished, Refused, Unreachable
from coralchunk_client.results import Chunk, Outcome, Result, Summary, table

__all__ = [
    "Chunk",
    "Client",
    "ClientError",
    "JobFailed",
    "NotFinished",
    "Outcome",
    "Refused",
    "Result",
    "Summary",
    "Unreachable",
    "table",
]

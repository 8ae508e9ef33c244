"""Open a client of an S3-compatible object store, and name the places in its bucket."""

from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Final
from urllib.parse import urlsplit

from coralchunk.errors.setup import BadSetting

_VARIABLE: Final = "CORALCHUNK_STORAGE_URL"
_CONNECT_TIMEOUT_S: Final = 3
_READ_TIMEOUT_S: Final = 20
_ATTEMPTS: Final = 4  # of one request, with exponential backoff between them
_PART_BYTES: Final = 16 << 20  # larger objects are sent in parts of this size


@dataclass(frozen=True, slots=True)
class S3Bucket:
    """A client of a store, and the part of a bucket that a URL names."""

    client: Any  # boto3 generates its clients at run time
    transfer: Any  # how large objects are sent
    exceptions: ModuleType
    bucket: str
    prefix: str  # of the keys; empty or with a slash at its end


def open_bucket(url: str, endpoint_url: str | None = None) -> S3Bucket:
    """Open the bucket of a URL `s3://bucket/prefix`; connects lazily. Raises BadSetting.

    The connection settings are those of every AWS tool: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
    AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3 for stores other than Amazon's.

    endpoint_url  instead of that of the environment
    """
    parts = urlsplit(url)
    if not parts.netloc or parts.query or parts.fragment:
        raise BadSetting(_VARIABLE, url, "write s3://bucket or s3://bucket/prefix")
    path = parts.path.strip("/")
    try:
        import boto3  # noqa: PLC0415 - an optional extra
        import boto3.s3.transfer  # noqa: PLC0415
        import botocore.config  # noqa: PLC0415
        import botocore.exceptions  # noqa: PLC0415
        import botocore.session  # noqa: PLC0415
    except ModuleNotFoundError:
        raise BadSetting(_VARIABLE, url, "needs a client: pip install 'coralchunk[s3]'") from None
    transfer = boto3.s3.transfer.TransferConfig(
        multipart_threshold=_PART_BYTES, multipart_chunksize=_PART_BYTES, use_threads=False
    )
    config = botocore.config.Config(
        connect_timeout=_CONNECT_TIMEOUT_S,
        read_timeout=_READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        signature_version="s3v4",
    )
    try:
        session = botocore.session.get_session()
        session.register_component("data_loader", _descriptions())
        client = boto3.session.Session(botocore_session=session).client(
            "s3", config=config, endpoint_url=endpoint_url
        )
    except (botocore.exceptions.BotoCoreError, ValueError) as failure:
        raise BadSetting(_VARIABLE, url, str(failure)) from None
    return S3Bucket(client, transfer, botocore.exceptions, parts.netloc, f"{path}/" if path else "")


@cache
def _descriptions() -> Any:  # noqa: ANN401 - botocore has no types
    """Return the descriptions of the service, which take most of the time to open a client if read again."""
    import botocore.loaders  # noqa: PLC0415

    return botocore.loaders.create_loader()

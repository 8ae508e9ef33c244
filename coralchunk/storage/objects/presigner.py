"""Sign requests to an S3 store, so that clients send photos to it and read results from it themselves."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from coralchunk.config import Settings
from coralchunk.storage.objects.s3_client import S3Bucket, open_bucket


@dataclass(frozen=True, slots=True)
class SignedUpload:
    """A PUT request that a client may send to the store."""

    url: str
    headers: Mapping[str, str]  # that the request must have, besides Content-Length, which clients add


class Presigner:
    """Signs requests without a connection to the store.

    The signature covers size and checksum, so the store refuses content other than what was announced.
    """

    def __init__(self, opened: S3Bucket) -> None:
        self._opened: Final = opened

    def upload(self, key: str, size_bytes: int, sha256: str, lifetime_s: int) -> SignedUpload:
        """Sign a PUT of an object. Sends nothing.

        sha256  of the content, hexadecimal
        """
        checksum = b64encode(bytes.fromhex(sha256)).decode()
        named = {"ContentLength": size_bytes, "ChecksumSHA256": checksum}
        url = self._signed("put_object", key, named, lifetime_s)
        return SignedUpload(url, {"x-amz-checksum-sha256": checksum})

    def download(self, key: str, media_type: str, lifetime_s: int) -> str:
        """Return an address under which an object can be read."""
        return self._signed("get_object", key, {"ResponseContentType": media_type}, lifetime_s)

    def _signed(self, operation: str, key: str, named: Mapping[str, object], lifetime_s: int) -> str:
        place = {"Bucket": self._opened.bucket, "Key": self._opened.prefix + key}
        url: str = self._opened.client.generate_presigned_url(
            operation, Params={**place, **named}, ExpiresIn=lifetime_s
        )
        return url


def open_presigner(settings: Settings) -> Presigner | None:
    """Open the signer that the settings ask for, None if they do not. Raises BadSetting."""
    if not settings.presigned or settings.storage_url is None:
        return None
    return Presigner(open_bucket(settings.storage_url, settings.storage_public_url))

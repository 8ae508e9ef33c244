"""Load what log-in at an OpenID provider needs beyond the server's own libraries."""

from dataclasses import dataclass
from typing import Any

from coralchunk.errors.setup import BadSetting


@dataclass(frozen=True, slots=True)
class Libraries:
    """The parts of Authlib, joserfc and requests that are used; they have no types that mypy reads."""

    session: Any  # speaks OAuth 2.0
    get: Any
    decode: Any  # checks the signature of a token
    import_keys: Any
    id_token: Any  # checks the claims of a token
    unreachable: type[Exception]
    invalid: tuple[type[Exception], ...]


def load_libraries(issuer: str) -> Libraries:
    """Return the libraries. Raises BadSetting where the extra is not installed."""
    try:
        import requests  # noqa: PLC0415 - an optional extra
        from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415
        from authlib.integrations.requests_client import OAuth2Session  # noqa: PLC0415
        from authlib.oidc.core import CodeIDToken  # noqa: PLC0415
        from joserfc import jwt  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415
        from joserfc.jwk import KeySet  # noqa: PLC0415
    except ImportError:
        raise BadSetting("CORALCHUNK_OIDC_ISSUER", issuer, "needs pip install 'coralchunk[oidc]'") from None
    return Libraries(
        session=OAuth2Session,
        get=requests.get,
        decode=jwt.decode,
        import_keys=KeySet.import_key_set,
        id_token=CodeIDToken,
        unreachable=requests.RequestException,
        invalid=(AuthlibBaseError, JoseError, KeyError, ValueError),
    )

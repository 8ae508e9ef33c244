"""Send users to an OpenID provider, and check what it says of them."""

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from coralchunk.config import Settings
from coralchunk.errors.oidc import LogInBroken, ProviderDown
from coralchunk.errors.sentences import Sentence
from coralchunk.oidc.libraries import load_libraries

_TIMEOUT_S: Final = 10
_LEEWAY_S: Final = 60  # clocks differ
_ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]  # with the provider's keys; never "none" or HMAC


@dataclass(frozen=True, slots=True)
class Begun:
    """A log-in that a browser has begun; the browser keeps it in a signed cookie."""

    state: str
    nonce: str
    verifier: str  # of PKCE


class OpenIdProvider:
    """The provider of the settings. Uses the authorization code flow with PKCE, state and nonce."""

    def __init__(self, settings: Settings) -> None:
        """Know a provider; it is asked for its addresses at the first log-in. Raises BadSetting."""
        self._libraries: Final = load_libraries(str(settings.oidc_issuer))
        self._settings: Final = settings
        self._issuer: Final = str(settings.oidc_issuer).rstrip("/")
        self._lock: Final = threading.Lock()
        self._addresses: dict[str, Any] = {}

    def begin(self, redirect_uri: str) -> tuple[str, Begun]:
        """Return the address at the provider to send a browser to, and what to remember. Raises ProviderDown.

        redirect_uri  where the provider sends the browser back to
        """
        begun = Begun(*(secrets.token_urlsafe(48) for _ in range(3)))
        with self._session(redirect_uri) as session:
            url, _ = session.create_authorization_url(
                self._known()["authorization_endpoint"],
                state=begun.state,
                code_verifier=begun.verifier,
                nonce=begun.nonce,
            )
        return str(url), begun

    def finish(self, query: Mapping[str, str], begun: Begun, redirect_uri: str) -> dict[str, Any]:
        """Return the claims of the user who comes back from the provider.

        query  of the request that they come back with

        Raises LogInBroken, ProviderDown.
        """
        known, used = self._known(), self._libraries
        self._check(query, begun, known)
        try:
            with self._session(redirect_uri) as session:
                sent = session.fetch_token(
                    known["token_endpoint"],
                    code=query["code"],
                    code_verifier=begun.verifier,
                    timeout=_TIMEOUT_S,
                )
            claims = self._claims(sent["id_token"], begun, known)
            access_token = sent["access_token"]
        except used.unreachable as failure:
            raise ProviderDown(self._issuer, type(failure).__name__) from failure
        except used.invalid as wrong:
            raise LogInBroken(
                Sentence("the provider's answer is not valid ({why})", {"why": str(wrong)})
            ) from wrong
        return self._with_user_info(claims, access_token, known)

    def _claims(self, id_token: str, begun: Begun, known: Mapping[str, Any]) -> dict[str, Any]:
        client_id, used = self._settings.oidc_client_id, self._libraries
        keys = used.import_keys(self._json(known["jwks_uri"]))
        token = used.decode(id_token, keys, algorithms=_ALGORITHMS)
        expected = {"iss": {"value": known["issuer"]}, "aud": {"value": client_id}}
        used.id_token(
            token.claims, token.header, expected, {"nonce": begun.nonce, "client_id": client_id}
        ).validate(leeway=_LEEWAY_S)
        return dict(token.claims)

    def _check(self, query: Mapping[str, str], begun: Begun, known: Mapping[str, Any]) -> None:
        """Refuse what does not answer this log-in at this provider (RFC 6749, 10.12; RFC 9207)."""
        if not secrets.compare_digest(query.get("state", "").encode(), begun.state.encode()):
            raise LogInBroken(Sentence("it was begun in another browser, or more than ten minutes ago", {}))
        says_issuer = known.get("authorization_response_iss_parameter_supported", False)
        if query.get("iss", None if says_issuer else known["issuer"]) != known["issuer"]:
            raise LogInBroken(Sentence("the answer comes from another provider", {}))
        if "error" in query:
            raise LogInBroken(Sentence("the provider says {words!r}", {"words": _words(query)}))
        if not query.get("code"):
            raise LogInBroken(Sentence("the provider sent no code", {}))

    def _with_user_info(
        self, claims: dict[str, Any], access_token: str, known: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Add what the provider tells of a user only at its other address (OpenID Connect Core, 5.3)."""
        if "userinfo_endpoint" not in known:
            return claims
        bearer = {"Authorization": f"Bearer {access_token}"}
        more = self._json(known["userinfo_endpoint"], bearer)
        if more.get("sub") != claims["sub"]:
            raise LogInBroken(Sentence("the provider's two answers are about different users", {}))
        return more | claims

    def _known(self) -> dict[str, Any]:
        with self._lock:
            if not self._addresses:
                found = self._json(f"{self._issuer}/.well-known/openid-configuration")
                if str(found.get("issuer", "")).rstrip("/") != self._issuer:
                    raise ProviderDown(
                        self._issuer, Sentence("it calls itself differently; check the setting", {})
                    )
                self._addresses = found
            return self._addresses

    def _json(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        try:
            answer = self._libraries.get(url, timeout=_TIMEOUT_S, headers=headers, allow_redirects=False)
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
        except (self._libraries.unreachable, ValueError) as failure:
            raise ProviderDown(self._issuer, type(failure).__name__) from failure
        return found

    def _session(self, redirect_uri: str) -> Any:  # noqa: ANN401 - of Authlib, without types
        secret = self._settings.oidc_client_secret
        return self._libraries.session(
            self._settings.oidc_client_id,
            secret or None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=self._settings.oidc_scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )


def _words(query: Mapping[str, str]) -> str:
    """Return how the provider words its error."""
    return query.get("error_description", query["error"])[:200]

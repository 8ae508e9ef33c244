"""Log users in who come from an OpenID provider."""

import re
from collections.abc import Mapping
from dataclasses import astuple
from typing import Any, Final

from itsdangerous import BadSignature, URLSafeTimedSerializer

from coralchunk.accounts import Accounts
from coralchunk.config import Settings
from coralchunk.errors.oidc import LogInBroken, NameTaken, NotLetIn, OidcOff
from coralchunk.errors.sentences import Sentence
from coralchunk.identity import Scope
from coralchunk.oidc.provider import Begun, OpenIdProvider
from coralchunk.storage.audit_log import Action, Subject, record
from coralchunk.storage.rows import external_identities, users
from coralchunk.storage.sql.secrets import shared_key

LASTS_S: Final = 600  # from leaving for the provider to coming back
_KEY: Final = "oidc-log-in"
_NOT_IN_NAMES: Final = re.compile(r"[^\w.@+-]")
_LONGEST_NAME: Final = 150
_NO_PASSWORD: Final = ""  # that no password has as its hash


class OidcLogIn:
    """Log-in at the provider of the settings, if there is one."""

    def __init__(self, settings: Settings, accounts: Accounts) -> None:
        """Know who may log in. Raises BadSetting if a provider is set and its libraries are missing."""
        self._settings: Final = settings
        self._accounts: Final = accounts
        self._provider: Final = OpenIdProvider(settings) if settings.oidc_issuer else None

    def begin(self, redirect_uri: str) -> tuple[str, str]:
        """Return where to send a browser, and a cookie that it keeps meanwhile.

        Raises OidcOff, ProviderDown.
        """
        url, begun = self._known().begin(redirect_uri)
        return url, self._signer().dumps(astuple(begun))

    def finish(self, query: Mapping[str, str], cookie: str, redirect_uri: str, now: float) -> str:
        """Return a token of the user who comes back; adds the user at their first log-in.

        Raises OidcOff, ProviderDown, LogInBroken, NotLetIn, NameTaken.
        """
        provider = self._known()
        try:
            begun = Begun(*self._signer().loads(cookie, max_age=LASTS_S))
        except BadSignature:
            reason = Sentence("it was begun in another browser, or more than ten minutes ago", {})
            raise LogInBroken(reason) from None
        claims = provider.finish(query, begun, redirect_uri)
        self._need_permission(claims)
        issuer, subject = str(self._settings.oidc_issuer), str(claims["sub"])
        name = self._user(issuer, subject, _name(claims), now)
        read_only = self._groups(claims) & {*self._settings.oidc_read_only_groups}
        return self._accounts.log_in_as(name, now, frozenset({Scope.READ}) if read_only else frozenset(Scope))

    def _user(self, issuer: str, subject: str, wanted: str, now: float) -> str:
        """Return the name of the user of an id at the provider; adds one the first time."""
        with self._accounts.database.writing() as connection:
            known = external_identities.user_of(connection, issuer, subject)
            if known is not None and known.is_disabled:
                raise NotLetIn(Sentence("The user {name} is disabled.", {"name": known.name}))
            if known is not None:
                return known.name
            if users.find_user(connection, wanted) is not None:
                raise NameTaken(wanted)
            users.add_user(connection, wanted, _NO_PASSWORD, now)
            added = users.find_user(connection, wanted)
            if added is not None:
                external_identities.link(connection, issuer, subject, added.id)
            record(connection, None, Action.USER_ADDED, Subject(f"{wanted} ({issuer})"), now)
        return wanted

    def _need_permission(self, claims: Mapping[str, Any]) -> None:
        if self._groups(claims) & {*self._settings.oidc_groups}:
            return
        address = str(claims.get("email", ""))
        domain = address.rpartition("@")[2].lower()
        if domain not in {one.lower() for one in self._settings.oidc_domains}:
            raise NotLetIn(
                Sentence(
                    "The provider knows you ({address}), but neither your domain nor one of your groups may"
                    " log in here.",
                    {"address": address or Sentence("without an e-mail address", {})},
                )
            )
        if claims.get("email_verified") is not True:
            raise NotLetIn(
                Sentence("The provider has not verified your e-mail address {address}.", {"address": address})
            )

    def _groups(self, claims: Mapping[str, Any]) -> set[str]:
        given = claims.get("groups", [])
        return {str(one) for one in given} if isinstance(given, list) else {str(given)}

    def _known(self) -> OpenIdProvider:
        if self._provider is None:
            raise OidcOff
        return self._provider

    def _signer(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(shared_key(self._accounts.database, _KEY).hex(), salt=_KEY)


def _name(claims: Mapping[str, Any]) -> str:
    """Return the name of a new user: the e-mail address where it is verified, else the provider's."""
    verified = claims.get("email") if claims.get("email_verified") is True else None
    wanted = verified or claims.get("preferred_username") or claims["sub"]
    return _NOT_IN_NAMES.sub("-", str(wanted))[:_LONGEST_NAME]

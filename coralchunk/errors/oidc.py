"""Define the errors of log-in at an OpenID provider.

CoralchunkError
├─ Denied
│   ├─ NotLetIn
│   ├─ NameTaken
│   └─ LogInBroken
├─ Missing
│   └─ OidcOff
└─ Unavailable
    └─ ProviderDown
"""

from coralchunk.errors import Missing, Unavailable
from coralchunk.errors.access import Denied
from coralchunk.errors.sentences import Sentence


class NotLetIn(Denied):
    """The provider knows the user, but this server does not let them in."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__("{reason} Ask the operator of this server to let you in.", reason=reason)


class NameTaken(Denied):
    """Another user of this server has the name of somebody who logs in for the first time."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "The name {name!r} belongs to a user with a password. Log in with that password, or ask the"
            " operator to delete that user first.",
            name=name,
        )


class LogInBroken(Denied):
    """The answer of the provider does not belong to a log-in that this browser began, or is not valid."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(
            "The log-in was not completed: {reason}. Begin again on the page of tokens.", reason=reason
        )


class OidcOff(Missing):
    """Users cannot log in at an OpenID provider here."""

    def __init__(self) -> None:
        super().__init__(
            "This server has no OpenID provider: its operator has not set CORALCHUNK_OIDC_ISSUER."
        )


class ProviderDown(Unavailable):
    """The OpenID provider does not answer."""

    def __init__(self, issuer: str, reason: str | Sentence) -> None:
        super().__init__(
            "The OpenID provider {issuer} does not answer: {reason}. Try again in a moment.",
            issuer=issuer,
            reason=reason,
        )

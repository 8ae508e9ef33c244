"""What can go wrong with users, tokens and the database: more branches of the tree in errors.py.

CoralchunkError
├─ Denied                  the asker may not do this
│   ├─ NoToken
│   ├─ WrongToken
│   └─ ScopeMissing
├─ Unavailable
│   └─ DatabaseDown
└─ BadSetup
    ├─ BadUser
    ├─ UnknownUser
    └─ UnknownToken
"""

from coralchunk.errors import BadSetup, CoralchunkError, Unavailable


class Denied(CoralchunkError):
    """The asker may not do this."""


class NoToken(Denied):
    """The request needs a token and has none."""

    def __init__(self) -> None:
        super().__init__(
            "This request needs a token. Send it as `Authorization: Token ...`, `Authorization: Bearer ...`,"
            " `X-API-KEY: ...`, or as the user name of HTTP Basic with an empty password."
        )


class WrongToken(Denied):
    """The request has a token that is not known here, or no more."""

    def __init__(self) -> None:
        super().__init__("This token is not valid: it was never given out here, or it was revoked.")


class ScopeMissing(Denied):
    """The token is valid but was not given out for this."""

    def __init__(self, needed: str, held: str) -> None:
        super().__init__(f"This needs the scope {needed!r}; the token has only: {held}. Use another token.")


class DatabaseDown(Unavailable):
    """The database, which holds users, tokens, surveys and corrections, does not answer."""

    def __init__(self) -> None:
        super().__init__(
            "The database of users, tokens, surveys and corrections does not answer right now."
            " Try again in a moment."
        )


class BadUser(BadSetup):
    """A user cannot be added like this."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"The user {name!r} cannot be added: {reason}.")


class UnknownUser(BadSetup):
    """No user has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no user {name!r}. Add it first: coralchunk user add {name}")


class UnknownToken(BadSetup):
    """No token has this number."""

    def __init__(self, token_id: int) -> None:
        super().__init__(f"There is no valid token {token_id}; `coralchunk token list` shows all.")

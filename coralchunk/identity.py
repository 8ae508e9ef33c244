"""Say who sends a request, and what their token allows."""

from dataclasses import dataclass
from enum import StrEnum

from coralchunk.errors.access import ScopeMissing
from coralchunk.storage.audit_log import Actor


class Scope(StrEnum):
    """What a token may be used for."""

    READ = "read"  #: ask for progress and results
    CLASSIFY = "classify"  #: send photos and delete them
    TRAIN = "train"  #: keep labelled images and train classifiers of them
    NETWORKS = "networks"  #: upload networks and have them answer


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is asking."""

    token_id: int
    user_id: int
    user_name: str
    scopes: frozenset[str]
    model: str | None = None  # that classifies this token's photos, if not the server's

    @property
    def user(self) -> str:
        """What is written on a job that all tokens of this user may see."""
        return f"user-{self.user_id}"

    @property
    def owner(self) -> str:
        """What is written on a job that this token makes."""
        return f"token-{self.token_id}"

    @property
    def actor(self) -> Actor:
        """What the audit log keeps of them."""
        return Actor(self.user_id, self.user_name, self.token_id)

    def need(self, scope: Scope) -> None:
        """Raise ScopeMissing unless the token may be used for this."""
        if scope not in self.scopes:
            raise ScopeMissing(scope.value, " ".join(sorted(self.scopes)))

"""Read the settings from the environment once, and check them."""

from collections.abc import Mapping
from typing import Final, Self

from pydantic import ConfigDict, ValidationError

from coralchunk.errors.setup import BadSetting
from coralchunk.settings.languages import LanguageSettings
from coralchunk.settings.networks import NetworkSettings
from coralchunk.settings.notifications import NotificationSettings
from coralchunk.settings.oidc import OidcSettings
from coralchunk.settings.photos import PhotoSettings
from coralchunk.settings.requests import RequestSettings
from coralchunk.settings.server import ServerSettings

PREFIX: Final = "CORALCHUNK_"
# Names that operators know from elsewhere.
_UNPREFIXED: Final = {"redis_url": "REDIS_URL", "database_url": "DATABASE_URL"}

# The description of a field is its line in the table of docs/configuration.md; a test compares the two.


# Pydantic lists the fields of the last base first.
class Settings(
    OidcSettings,
    NotificationSettings,
    NetworkSettings,
    LanguageSettings,
    RequestSettings,
    PhotoSettings,
    ServerSettings,
):
    """Everything that an operator can set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Take CORALCHUNK_*, REDIS_URL and DATABASE_URL from the environment.

        Raises BadSetting, naming the variable, for a value that cannot be used and for a CORALCHUNK_ name
        that does not exist: a misspelt setting must not be silently without effect.
        """
        given = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
        for name, value in given.items():
            if name not in VARIABLES.values():
                raise BadSetting(name, value, f"no such setting; there are {', '.join(VARIABLES.values())}")
        taken = {
            field: environment[variable] for field, variable in VARIABLES.items() if environment.get(variable)
        }
        try:
            return cls.model_validate(taken)
        except ValidationError as wrong:
            first = wrong.errors()[0]
            variable = VARIABLES[str(first["loc"][0])]
            raise BadSetting(variable, environment[variable], first["msg"]) from None


VARIABLES: Final = {
    field: _UNPREFIXED.get(field, f"{PREFIX}{field.upper()}") for field in Settings.model_fields
}

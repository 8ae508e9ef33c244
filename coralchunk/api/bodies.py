"""Define what bodies of requests and answers are described with."""

from pydantic import BaseModel, ConfigDict


class BodyModel(BaseModel):
    """A body whose validator is built when it is first needed.

    To build those of all bodies takes 0.05 s, and most only describe answers in /openapi.json.
    """

    model_config = ConfigDict(defer_build=True)

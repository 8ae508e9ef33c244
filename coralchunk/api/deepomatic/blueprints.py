"""List the views of Deepomatic's API."""

from typing import Final

from flask import Blueprint

from coralchunk.api.deepomatic.networks import networks
from coralchunk.api.deepomatic.public import public
from coralchunk.api.deepomatic.specifications import specifications
from coralchunk.api.deepomatic.tasks import tasks
from coralchunk.api.deepomatic.versions import versions

DEEPOMATIC_BLUEPRINTS: Final[tuple[Blueprint, ...]] = (networks, specifications, versions, public, tasks)

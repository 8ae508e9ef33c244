"""Open all services of networks and what they recognise."""

from dataclasses import dataclass

from coralchunk.pipeline.stores import Stores
from coralchunk.recognition.inference import InferenceService
from coralchunk.recognition.networks import NetworkService
from coralchunk.recognition.public_models import PublicModels
from coralchunk.recognition.specifications import SpecificationService
from coralchunk.recognition.versions import VersionService
from coralchunk.storage.sql.database import Database


@dataclass(frozen=True, slots=True)
class Recognition:
    """Networks, specifications, versions, public models and inferences."""

    networks: NetworkService
    specifications: SpecificationService
    versions: VersionService
    public: PublicModels
    inferences: InferenceService


def open_recognition(database: Database, stores: Stores, public: PublicModels) -> Recognition:
    """Open the services."""
    networks, specifications = NetworkService(database, stores), SpecificationService(database)
    return Recognition(
        networks=networks,
        specifications=specifications,
        versions=VersionService(database, networks, specifications),
        public=public,
        inferences=InferenceService(stores),
    )

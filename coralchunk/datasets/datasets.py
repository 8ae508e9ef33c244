"""Hold the services of labelled images together, to pass them as one object."""

from dataclasses import dataclass

from coralchunk.config import Settings
from coralchunk.datasets.bulk import BulkChanges
from coralchunk.datasets.collection_images import CollectionImages
from coralchunk.datasets.collections import Collections
from coralchunk.datasets.images import Images
from coralchunk.datasets.labelling import Labelling
from coralchunk.datasets.labels import Labels
from coralchunk.datasets.signed_addresses import SignedAddresses
from coralchunk.datasets.versions import Versions
from coralchunk.datasets.workspaces import Workspaces
from coralchunk.storage.files.image_blobs import ImageBlobs
from coralchunk.storage.sql.database import Database


@dataclass(frozen=True, slots=True)
class Datasets:
    """All that is kept of labelled images."""

    workspaces: Workspaces
    labels: Labels
    images: Images
    labelling: Labelling
    collections: Collections
    collection_images: CollectionImages
    bulk: BulkChanges
    versions: Versions
    addresses: SignedAddresses


def open_datasets(database: Database, blobs: ImageBlobs, settings: Settings) -> Datasets:
    """Open the services; the database and the blob store may come up later."""
    labels, images = Labels(database, settings), Images(database, blobs, settings)
    workspaces, labelling = Workspaces(database, settings), Labelling(database)
    return Datasets(
        workspaces=workspaces,
        labels=labels,
        images=images,
        labelling=labelling,
        collections=Collections(database, settings),
        collection_images=CollectionImages(database, workspaces, labels, images, labelling),
        bulk=BulkChanges(database, images, labels),
        versions=Versions(database),
        addresses=SignedAddresses(database),
    )

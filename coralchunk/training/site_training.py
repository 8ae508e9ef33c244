"""Make a model for the chunks of a site from a user's corrections or network, and compare it."""

import hashlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from coralchunk.datasets.corrections_collection import corrected_place
from coralchunk.errors import Unreadable
from coralchunk.errors.setup import BadModel
from coralchunk.errors.training import TooLittleToLearn
from coralchunk.imaging.decoding.decode import open_photo
from coralchunk.imaging.photo import Photo
from coralchunk.inference.classifier import Classifier
from coralchunk.inference.manifest import Manifest
from coralchunk.pipeline.training.training_job import MappedNetwork, TrainingRequest
from coralchunk.processes import has_vnni
from coralchunk.storage.files.blobs import CONTEXT
from coralchunk.storage.files.trained_models import trained_name
from coralchunk.storage.rows import corrections, image_labels, images, labels, users
from coralchunk.storage.rows.classifier_versions import VersionState
from coralchunk.storage.rows.collections import Collection
from coralchunk.storage.rows.corrections import Correction
from coralchunk.storage.rows.labels import Label, LabelFilter
from coralchunk.terms import CHUNK_PX, CLASSES, LABELS, Chunk
from coralchunk.training.learning.export import ExportedModel
from coralchunk.training.learning.site import (
    SiteChunk,
    answers,
    compare_with_server,
    compared_figures,
    cut_windows,
    describe_chunks,
    export_site,
    learn_site,
    site_figures,
)
from coralchunk.training.network_mapping import map_network, open_mapped
from coralchunk.training.place import Place, add_version, earlier_version, get_collection, publish

_FEWEST_PHOTOS: Final = 5  # fewer cannot show with 95 % certainty that a model is better
_READ: Final = 0.4  # share of the work when all chunks are read
_DESCRIBED: Final = 0.7
_LEARNED: Final = 0.95
_UNNUMBERED: Final = "0"  # version of a model until it is known that there will be one
_WINDOW: Final = Chunk(0, 0, CHUNK_PX, CHUNK_PX)


def train_site(place: Place, job_id: int, request: TrainingRequest) -> int:
    """Make a model for a site. Returns the number of the new version, the same if it was made before.

    Raises CollectionGone, TooLittleToLearn, BadModel, BadNetwork, NetworkFailed, StorageFull, StorageDown or
    DatabaseDown.
    """
    collection = get_collection(place, request)
    earlier = earlier_version(place, collection, job_id)
    if earlier is not None and earlier.state == VersionState.READY:
        return earlier.number
    source = place.models.find(place.backbone)
    onnx, manifest = place.models.onnx(source), place.models.manifest(source)
    chunks = _chunks(place, collection, manifest)
    if not manifest.classifies_coral:
        raise BadModel(f"{source.label} does not tell the states of coral apart.")
    name, server = (
        trained_name(collection.classifier_id),
        Classifier(onnx, manifest, has_wide_sums=has_vnni()),
    )
    if request.network is None:
        exported, figures = _trained(place, chunks, onnx, server, name)
    else:
        exported, figures = _mapped(place, chunks, request.network, server, name)
    version = earlier or add_version(place, collection, request, job_id, _columns(place, collection))
    label = f"{name}-{version.number}"
    numbered = exported.manifest.model_copy(update={"version": str(version.number)})
    place.trained.write(label, exported.onnx, numbered.model_dump_json(indent=2).encode())
    publish(place, request, version, label, figures)
    return version.number


def _trained(
    place: Place, chunks: list[SiteChunk], onnx: bytes, server: Classifier, name: str
) -> tuple[ExportedModel, dict[str, Any]]:
    """Train a head on the server's network."""
    cut = cut_windows(onnx, server.manifest)
    features = describe_chunks(cut, server.manifest, chunks, has_wide_sums=has_vnni())
    place.report(_DESCRIBED)
    learned = learn_site(features, chunks, server)
    place.report(_LEARNED)
    figures = site_figures(
        learned.compared,
        server.manifest,
        strength=learned.strength,
        temperature=learned.head.temperature,
    )
    return export_site(cut, server.manifest, learned, name, _UNNUMBERED), figures


def _mapped(
    place: Place, chunks: list[SiteChunk], network: MappedNetwork, server: Classifier, name: str
) -> tuple[ExportedModel, dict[str, Any]]:
    """Map a user's network to the states of coral."""
    exported = map_network(place.networks, network, name, _UNNUMBERED)
    classifier = open_mapped(exported, place.limits)
    try:
        said = answers(classifier, chunks)
    finally:
        classifier.close()
    place.report(_DESCRIBED)
    compared = compare_with_server(said, chunks, server)
    manifest = exported.manifest.model_copy(
        update={"figures": compared_figures(compared.comparison, server.manifest)}
    )
    place.report(_LEARNED)
    return ExportedModel(exported.onnx, manifest), site_figures(compared, server.manifest)


def _columns(place: Place, collection: Collection) -> list[Label]:
    with place.database.reading() as connection:
        wanted = LabelFilter(collection.workspace_id, collection_id=collection.id)
        known = {label.name: label for label in labels.page_of_labels(connection, wanted)}
    return [known[LABELS[state]] for state in CLASSES]


def _chunks(place: Place, collection: Collection, server: Manifest) -> list[SiteChunk]:
    """Return the corrected chunks of a collection under the labels that they have now."""
    truths = {LABELS[state]: number for number, state in enumerate(CLASSES)}
    with place.database.reading() as connection:
        examples = [
            one
            for one in image_labels.examples_of_collection(connection, collection.id)
            if one.label_name in truths
        ]
        known = {
            image.id: corrected_place(image)
            for image in images.images_by_id(connection, [one.image_id for one in examples])
        }
        # The user states which correction an image came from: it must be their own, or have no owner.
        tokens = (one for one in users.all_tokens(connection) if one.user_id == collection.user_id)
        owners = {"", *(f"token-{one.id}" for one in tokens)}
        corrected = {
            (str(one.job_id), str(one.chunk)): one
            for one in corrections.all_corrections(connection)
            if one.owner in owners
        }
    wanted = [
        (corrected[at], truths[one.label_name])
        for one in examples
        if (at := known.get(one.image_id)) is not None and at in corrected
    ]
    found = list(_read(place, wanted, server))
    photos = len({chunk.photo for chunk in found})
    if photos < _FEWEST_PHOTOS or len({chunk.truth for chunk in found}) < len(CLASSES):
        raise TooLittleToLearn(
            f"there are {len(found)} corrected chunks in {photos} photos",
            f"Correct and confirm chunks of all three labels in at least {_FEWEST_PHOTOS} photos.",
        )
    return found


def _read(place: Place, wanted: list[tuple[Correction, int]], server: Manifest) -> Iterator[SiteChunk]:
    contexts: dict[str, tuple[int, Photo]] = {}
    numbers: dict[str, int] = {}  # by content: the same photo may have been sent twice
    for done, (correction, truth) in enumerate(wanted, start=1):
        key = correction.photo_key
        try:
            if key not in contexts:
                content = place.corrections.read(f"{key}/{CONTEXT}")
                number = numbers.setdefault(hashlib.sha256(content).hexdigest(), len(numbers))
                contexts[key] = number, open_photo(BytesIO(content), place.max_pixels)
            window = open_photo(
                BytesIO(place.corrections.read(f"{key}/{correction.chunk}.png")), place.max_pixels
            )
        except (FileNotFoundError, Unreadable):  # taken back meanwhile
            continue
        number, context = contexts[key]
        (pixels,) = window.windows([_WINDOW])
        yield SiteChunk(pixels, context.scene, truth, number, _served(correction, server))
        place.report(_READ * done / len(wanted))


def _served(correction: Correction, server: Manifest) -> int | None:
    """Return what the server's model said of a chunk in its photo, as an index in CLASSES."""
    if (correction.model_name, correction.model_version) != (server.name, server.version):
        return None
    said = (correction.bleached, correction.healthy, correction.not_coral)
    return said.index(max(said))

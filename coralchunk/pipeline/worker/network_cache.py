"""Cache uploaded networks, each loaded in a separate process."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from coralchunk.config import Settings
from coralchunk.errors.networks import BadNetwork, NetworkFailed
from coralchunk.networks.feeding import Recipe
from coralchunk.networks.fitting import check_fit
from coralchunk.networks.graph import read_graph
from coralchunk.networks.means import read_mean
from coralchunk.networks.preprocessing import Preprocessing
from coralchunk.sandbox.network_process import Limits, NetworkProcess
from coralchunk.storage.objects.object_store import ObjectStore

ONNX_FILE: Final = "network.onnx"
_MOST: Final = 4  # loaded at once in one worker; a small one takes 70 MB


@dataclass(frozen=True, slots=True)
class StoredNetwork:
    """A network in the store."""

    blob: str  # name of its folder
    sha256: str  # of the ONNX file
    preprocessing: Preprocessing


@dataclass(frozen=True, slots=True)
class LoadedNetwork:
    """A network that answers."""

    process: NetworkProcess
    recipe: Recipe


class NetworkCache:
    """The most recently used networks."""

    def __init__(self, files: ObjectStore, limits: Limits) -> None:
        self._files: Final = files
        self._limits: Final = limits
        self._loaded: Final[OrderedDict[str, LoadedNetwork]] = OrderedDict()

    def get(self, network: StoredNetwork) -> LoadedNetwork:
        """Return a network, loaded. Raises NetworkFailed."""
        known = self._loaded.pop(network.blob, None)
        if known is not None and not known.process.is_running:
            known.process.close()
            known = None
        if known is None:
            while len(self._loaded) >= _MOST:
                _, oldest = self._loaded.popitem(last=False)
                oldest.process.close()
            known = self._load(network)
        self._loaded[network.blob] = known
        return known

    def close(self) -> None:
        """End all processes."""
        for loaded in self._loaded.values():
            loaded.process.close()
        self._loaded.clear()

    def _load(self, network: StoredNetwork) -> LoadedNetwork:
        onnx, recipe = read_network(self._files, network)
        return LoadedNetwork(NetworkProcess(onnx, self._limits), recipe)


def read_network(files: ObjectStore, network: StoredNetwork) -> tuple[bytes, Recipe]:
    """Return the ONNX file of a network, and how it is fed. Raises NetworkFailed."""
    try:
        onnx = files.read(f"{network.blob}/{ONNX_FILE}")
        means = {
            name: files.read(f"{network.blob}/{mean_file(name)}") for name in network.preprocessing.mean_files
        }
    except FileNotFoundError:
        raise NetworkFailed("its files are gone, as it was deleted") from None
    if hashlib.sha256(onnx).hexdigest() != network.sha256:
        raise NetworkFailed("its file is damaged in the store")
    try:
        return onnx, recipe_of(onnx, network.preprocessing, means)
    except BadNetwork as refused:  # by rules that have become stricter since it was uploaded
        raise NetworkFailed(str(refused)) from refused


def recipe_of(onnx: bytes, preprocessing: Preprocessing, mean_files: dict[str, bytes]) -> Recipe:
    """Check that files and preprocessing belong together. Raises BadNetwork.

    mean_files  content by name
    """
    graph = read_graph(memoryview(onnx))
    check_fit(graph, preprocessing)
    means = {}
    for one in preprocessing.images:
        name = one.image.mean_file if one.image is not None else ""
        if one.image is not None and name:
            if name not in mean_files:
                raise BadNetwork(f"the mean file {name!r} was not uploaded with it")
            means[name] = read_mean(name, mean_files[name], one.image.color_channels.depth)
    return Recipe(graph, preprocessing, means)


def mean_file(name: str) -> str:
    """Name the file of a mean in the store: clients may choose any name."""
    return f"mean-{hashlib.sha256(name.encode()).hexdigest()[:32]}{name[name.rfind('.') :]}"


def network_limits(settings: Settings) -> Limits:
    """Return what one network may take."""
    return Limits(settings.network_memory_mb * 1_000_000, settings.network_timeout)

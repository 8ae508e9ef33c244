"""Hold what every section uses: how much to measure, the floor, the right answers, and the findings."""

from dataclasses import dataclass, field
from typing import Final

from bench.figures import Findings
from bench.floor import Floor, Run
from bench.photos import Upload, upload
from bench.server import CORES, Served
from coralchunk.arrays import Probabilities


@dataclass(frozen=True, slots=True)
class Scale:
    """How much to measure. Sizes are in megapixels."""

    idle: tuple[tuple[float, int], ...]  # photo sizes, and how many rounds of each
    mix: tuple[float, ...]  # what clients upload under load, in turn
    clients: int
    load_s: float
    settle_s: float  # before the counting of a load begins
    plain_mp: float
    plain_rounds: int
    small_mp: float  # fairness: the photo that arrives while ...
    huge_mp: float  # ... this one is in progress
    fairness_rounds: int
    busy_mp: float  # the photo that is posted while all workers are busy
    busy_posts: int
    status_per_s: int
    status_s: float
    memory: tuple[float, ...]
    growth_mp: float
    growth_photos: int
    scaling_mp: float
    scaling_photos: int  # a round
    scaling_rounds: int
    litserve: tuple[tuple[str, int, int], ...]  # what it is called, workers, threads in each; 0: its choice
    trainings: int  # the first of those that learning.py lists
    requests: int  # to what was trained, one by one
    turns: int  # of ours and LitServe's under load, each so long ...
    turn_s: float
    turn_settle_s: float  # ... after so long


FULL: Final = Scale(
    idle=((1, 15), (12, 7), (48, 5), (100, 3)),
    mix=(12, 1, 5, 12, 1, 24),
    clients=8,
    load_s=30,
    settle_s=4,
    plain_mp=0.5,
    plain_rounds=5,
    small_mp=1,
    huge_mp=100,
    fairness_rounds=7,
    busy_mp=15,  # 5 MB
    busy_posts=40,
    status_per_s=300,
    status_s=8,
    memory=(12, 100),
    growth_mp=1,
    growth_photos=500,
    scaling_mp=12,
    scaling_photos=8,
    scaling_rounds=5,
    litserve=(("as installed", 1, 0), ("tuned: a worker a core", CORES, 1)),
    trainings=2,
    requests=60,
    turns=5,
    turn_s=8,
    turn_settle_s=2,
)
SMOKE: Final = Scale(
    idle=((0.5, 2),),
    mix=(0.5, 0.2),
    clients=3,
    load_s=2,
    settle_s=0.2,
    plain_mp=0.1,
    plain_rounds=1,
    small_mp=0.2,
    huge_mp=2,
    fairness_rounds=2,
    busy_mp=1,
    busy_posts=4,
    status_per_s=50,
    status_s=1,
    memory=(1,),
    growth_mp=0.2,
    growth_photos=5,
    scaling_mp=0.5,
    scaling_photos=2,
    scaling_rounds=1,
    litserve=(("tuned: a worker a core", CORES, 1),),
    trainings=1,
    requests=3,
    turns=1,
    turn_s=2,
    turn_settle_s=0.2,
)


@dataclass(slots=True)
class Kit:
    """One run of the benchmark."""

    scale: Scale
    served: Served  # one server for all sections that need nothing special of it
    floor: Floor
    findings: Findings
    _right: dict[Upload, Probabilities] = field(default_factory=dict)

    def floor_of(self, photo: Upload, rounds: int) -> list[Run]:
        """Run the model alone over a photo, some rounds."""
        self.floor.take(photo)
        runs = [self.floor.run() for _ in range(rounds)]
        self._right[photo] = runs[0].probabilities
        return runs

    def check(self, who: str, photo: Upload, found: Probabilities) -> None:
        """Compare an answer with what the model alone says."""
        if photo not in self._right:
            self.floor_of(photo, 1)
        self.findings.compare(f"{who}, {photo.megapixels:.1f} megapixels", self._right[photo], found)

    def photos(self, sizes: tuple[float, ...]) -> list[Upload]:
        """Return the photos of some sizes."""
        return [upload(megapixels) for megapixels in sizes]

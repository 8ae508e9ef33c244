"""Write a survey in the columns of MERMAID's import of bleaching quadrats.

The columns are those of MERMAID's own reader (`BleachingCSVSerializer` in data-mermaid/mermaid-api), with the
asterisk that its template puts behind required ones. Each photo is a quadrat with its coral cover. Columns of
colonies stay empty: a chunk is no colony, and no genus is known. So do the management, the size of
the quadrats, soft coral and macroalgae, which the photos do not tell; fill in those that are required.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from coralchunk.storage.rows.surveys import SurveyPhoto
from coralchunk.surveys.measured import Measured
from coralchunk.surveys.tables import without_formula

COLUMNS: Final = (
    "Site *",
    "Management *",
    "Sample date: Year *",
    "Sample date: Month *",
    "Sample date: Day *",
    "Sample time",
    "Depth *",
    "Label",
    "Quadrat size *",
    "Visibility",
    "Current",
    "Relative depth",
    "Tide",
    "Sample unit notes",
    "Observer emails *",
    "Benthic attribute",
    "Growth form",
    "Number of colonies normal",
    "Number of colonies pale",
    "Number of colonies bleached 0-20% bleached",
    "Number of colonies bleached 20-50% bleached",
    "Number of colonies bleached 50-80% bleached",
    "Number of colonies bleached 80-100% bleached",
    "Number of colonies recently dead",
    "Quadrat number",
    "Hard coral % cover",
    "Soft coral % cover",
    "Macroalgae % cover",
)


def mermaid_rows(measured: Measured) -> Iterable[Sequence[Any]]:
    """Return the header, then a quadrat for each photo whose coral cover is known."""
    yield COLUMNS
    survey = measured.survey
    known = [
        (photo, cover) for photo in measured.photos if (cover := _coral_cover(measured, photo)) is not None
    ]
    times = sorted(photo.taken_at[11:16] for photo, _ in known if photo.taken_at and len(photo.taken_at) > 15)
    for number, (_, cover) in enumerate(known, start=1):
        filled = {
            "Site *": without_formula(survey.site),
            "Sample date: Year *": survey.date.year,
            "Sample date: Month *": survey.date.month,
            "Sample date: Day *": survey.date.day,
            "Sample time": times[0] if times else None,
            "Depth *": None if survey.depth_m is None else round(survey.depth_m, 1),
            "Label": without_formula(survey.transect),
            "Sample unit notes": f"Coral cover of photos, all corals together. {_models(measured)}",
            "Observer emails *": survey.contact,
            "Quadrat number": number,
            "Hard coral % cover": round(100 * cover, 2),
        }
        yield [filled.get(column) for column in COLUMNS]


def _coral_cover(measured: Measured, photo: SurveyPhoto) -> float | None:
    corrected = measured.corrected.get(photo.id)
    figures = json.loads(photo.summary) if corrected is None else corrected.figures
    cover: float | None = figures["coral_cover"]
    return cover


def _models(measured: Measured) -> str:
    models = (json.loads(photo.summary)["model"] for photo in measured.photos)
    return f"Model: {', '.join(sorted({' '.join((model['name'], model['version'])) for model in models}))}."

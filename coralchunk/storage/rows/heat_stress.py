"""Read and write the heat stress of sites as rows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from coralchunk.storage.rows.surveys import Survey
from coralchunk.storage.sql.site_tables import SITE_HEAT_STRESS


@dataclass(frozen=True, slots=True)
class SiteHeatStress:
    """The heat stress of a site."""

    user_id: int | None  # whose site it is; None: that of one survey, made without a token
    survey_id: int | None
    site: str
    name: str  # of the station or the file
    uploaded_at: float  # Unix seconds
    days: bytes


def put_heat_stress(connection: Connection, survey: Survey, name: str, days: bytes, now: float) -> None:
    """Store the heat stress of the site of a survey, in place of an earlier one. `now`: Unix seconds."""
    row = SiteHeatStress(
        survey.user_id, survey.id if survey.user_id is None else None, survey.site, name, now, days
    )
    replaced = update(SITE_HEAT_STRESS).where(_is_of(survey)).values(asdict(row))
    if connection.execute(replaced).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(SITE_HEAT_STRESS).values(asdict(row)))
    except IntegrityError:  # another request was first
        connection.execute(replaced)


def heat_stress_of(connection: Connection, surveys: Sequence[Survey]) -> SiteHeatStress | None:
    """Return the heat stress of the site of these surveys, the newest if they have several."""
    if not surveys:
        return None
    columns = [column for column in SITE_HEAT_STRESS.c if column.name != "id"]
    is_it = or_(*(_is_of(one) for one in surveys))
    newest = select(*columns).where(is_it).order_by(SITE_HEAT_STRESS.c.uploaded_at.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return None if row is None else SiteHeatStress(**row._asdict())


def remove_heat_stress(connection: Connection, survey: Survey) -> bool:
    """Remove the heat stress of the site of a survey. Returns False if there is none."""
    return connection.execute(delete(SITE_HEAT_STRESS).where(_is_of(survey))).rowcount > 0


def _is_of(survey: Survey) -> ColumnElement[bool]:
    if survey.user_id is None:
        return SITE_HEAT_STRESS.c.survey_id == survey.id
    return (SITE_HEAT_STRESS.c.user_id == survey.user_id) & (SITE_HEAT_STRESS.c.site == survey.site)

"""Define the tables of users, surveys and corrections; a change needs a step in migrations/."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from coralchunk.storage.sql.metadata import METADATA

# Times are Unix seconds, as in the jobs' records. Ids are never given twice: jobs keep those of their owners.
USERS: Final = Table(
    "users",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(150), nullable=False, unique=True),
    Column("password_hash", String(255), nullable=False),  # argon2, in its own text form
    Column("created_at", Double, nullable=False),
    Column("disabled_at", Double),  # none: the user may log in, and the tokens are valid
    sqlite_autoincrement=True,
)
TOKENS: Final = Table(
    "tokens",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(100), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),  # of the token, which is kept nowhere
    Column("scopes", String(255), nullable=False),  # separated by spaces
    Column("created_at", Double, nullable=False),
    Column("last_used_at", Double),  # to the minute
    Column("revoked_at", Double),
    Column("expires_at", Double),  # none: never
    Column("model", String(150)),  # that classifies its photos; none: the server's
    sqlite_autoincrement=True,
)
# A survey's id is random, and is the key to the survey if no tokens are required.
SURVEYS: Final = Table(
    "surveys",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), index=True),  # none: made without a token
    Column("name", String(200), nullable=False),
    Column("site", String(200), nullable=False),
    Column("date", Date, nullable=False),
    Column("depth_m", Double),
    Column("transect", String(100)),
    Column("creator", String(200)),  # who is to be named when the survey is published
    Column("contact", String(200)),  # their e-mail address
    Column("licence", String(20)),  # SPDX identifier
    Column("created_at", Double, nullable=False),
    Column("keeps_photos", Boolean, nullable=False, server_default=false()),
    Column(
        "share_id", String(24), unique=True, index=True
    ),  # of the link by which it can be read without a token; null: there is no link
)
SURVEY_PHOTOS: Final = Table(
    "survey_photos",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("survey_id", ForeignKey("surveys.id", ondelete="CASCADE"), nullable=False),
    Column("job_id", BigInteger, nullable=False),  # which it was copied from
    Column("name", String(255), nullable=False),
    Column("taken_at", String(32)),  # ISO 8601; a camera's clock knows no time zone
    Column("latitude", Double),
    Column("longitude", Double),
    Column("added_at", Double, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bleached_px", BigInteger, nullable=False),
    Column("coral_px", BigInteger, nullable=False),
    Column("judged_px", BigInteger, nullable=False),
    Column("coral_chunks", Integer, nullable=False),
    Column("summary", Text, nullable=False),  # JSON, as the job's answer had it
    Column("chunks", LargeBinary, nullable=False),  # likewise, deflated
    Column("kept_bytes", BigInteger),  # of the photo and its maps, where the survey keeps them
    Column("camera", String(100)),  # make and model, as the photo's EXIF names them
    Column("depth_m", Double),  # where it is not the survey's
    Column("transect", String(100)),  # likewise
    Column("sha256", String(64)),  # of the photo's file; not known of photos that older versions added
    UniqueConstraint("survey_id", "job_id"),
    sqlite_autoincrement=True,
)
CORRECTIONS: Final = Table(
    "corrections",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("job_id", BigInteger, nullable=False),
    Column("chunk", Integer, nullable=False),
    Column("owner", String(50), nullable=False),  # of the job
    Column("photo_key", String(32), nullable=False),  # names the folder of its pictures
    Column("label", String(20), nullable=False),
    Column("by", String(100)),
    Column("corrected_at", Double, nullable=False),
    Column("said", String(20), nullable=False),
    Column("bleached", Double, nullable=False),  # probabilities
    Column("healthy", Double, nullable=False),
    Column("not_coral", Double, nullable=False),
    Column("model_name", String(100), nullable=False),
    Column("model_version", String(50), nullable=False),
    Column("model_sha256", String(64), nullable=False),
    Column("window_x", Integer, nullable=False),  # px of the upright photo, as the model saw it
    Column("window_y", Integer, nullable=False),
    Column("photo_width", Integer, nullable=False),
    Column("photo_height", Integer, nullable=False),
    UniqueConstraint("job_id", "chunk"),
    sqlite_autoincrement=True,
)
# What people said of chunks, in the order in which they said it; rows are never changed.
CORRECTION_EVENTS: Final = Table(
    "correction_events",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("job_id", BigInteger, nullable=False, index=True),
    Column("chunk", Integer, nullable=False),
    Column("by", String(100)),
    Column("at", Double, nullable=False),
    Column("from_label", String(20)),  # none: the chunk had no correction
    Column("to_label", String(20)),  # none: the correction was taken back
    Column("said", String(20), nullable=False),  # by the model
    sqlite_autoincrement=True,
)

"""Define the tables of classifiers, their versions and networks; a change needs a step in migrations/."""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from coralchunk.storage.sql.metadata import METADATA

# Times are Unix seconds. A public id is how others know a row: a version-4 UUID unless its comment says else.
# A row without a user belongs to the server: the models of models.txt.
CLASSIFIERS: Final = Table(
    "classifiers",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE")),
    Column("kind", String(20), nullable=False),  # see storage.classifiers.ClassifierKind
    Column("name", String(200), nullable=False),
    Column("slug", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("outputs", JSON(none_as_null=True)),  # what it answers, as a specification gives it
    Column("metadata", JSON, nullable=False),
    # A version of this classifier, or none. No foreign key: the two tables would refer to each other.
    Column("current_version_id", Integer),
    Column("last_number", Integer, nullable=False),  # of its versions, deleted ones too
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    UniqueConstraint("user_id", "slug"),
    Index("ix_classifiers_user_id", "user_id", "kind", "id"),
    Index(
        "uq_classifiers_shared_slug",
        "slug",
        unique=True,
        sqlite_where=text("user_id IS NULL"),
        postgresql_where=text("user_id IS NULL"),
    ),
    sqlite_autoincrement=True,
)
NETWORKS: Final = Table(
    "networks",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("framework", String(50), nullable=False),
    Column("sha256", String(64), nullable=False, index=True),  # of the ONNX file
    Column("size_bytes", BigInteger, nullable=False),
    Column("blob", String(150), nullable=False),  # name of its folder in the blob store
    Column("preprocessing", JSON, nullable=False),
    Column("post_processings", JSON(none_as_null=True)),
    Column("metadata", JSON, nullable=False),
    Column("state", String(20), nullable=False),  # see storage.networks
    Column("error", Text),
    Column("job_id", BigInteger),  # of the trial run
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    sqlite_autoincrement=True,
)
CLASSIFIER_VERSIONS: Final = Table(
    "classifier_versions",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(36), nullable=False, unique=True),
    Column("classifier_id", ForeignKey("classifiers.id", ondelete="CASCADE"), nullable=False),
    Column("network_id", ForeignKey("networks.id", ondelete="CASCADE"), index=True),
    Column("number", Integer, nullable=False),  # 1, 2, 3, ...
    Column("state", String(20), nullable=False),  # see storage.classifier_versions.VersionState
    Column("error", Text),
    Column("model", String(150)),  # name and version in models.txt, if it is listed there
    Column("labels", JSON, nullable=False),  # public ids and names of its columns, in their order
    Column("post_processing", JSON, nullable=False),
    Column("figures", JSON, nullable=False),  # measured on the hold-out
    Column("job_id", BigInteger),  # of the training
    Column("created_at", Double, nullable=False),
    Column("finished_at", Double),
    UniqueConstraint("classifier_id", "number"),
    sqlite_autoincrement=True,
)

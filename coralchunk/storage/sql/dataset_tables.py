"""Define the tables of workspaces, labels, images and collections; a change needs a step in migrations/."""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
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
WORKSPACES: Final = Table(
    "workspaces",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(36), nullable=False, unique=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    Index(
        "uq_workspaces_default",
        "user_id",
        unique=True,
        sqlite_where=text("is_default = 1"),
        postgresql_where=text("is_default"),
    ),
    sqlite_autoincrement=True,
)
# Name, slug and description are those of its classifier.
COLLECTIONS: Final = Table(
    "collections",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(36), nullable=False, unique=True),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("classifier_id", ForeignKey("classifiers.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("type", String(20), nullable=False),  # see storage.collections.CollectionType
    Column("training_state", String(20), nullable=False),  # see storage.collections.TrainingState
    Column("training_error", Text),
    Column("training_job_id", BigInteger),
    Column("created_at", Double, nullable=False),
    Column("updated_at", Double, nullable=False),
    Index("ix_collections_workspace_id", "workspace_id", "id"),
    sqlite_autoincrement=True,
)
# Labels without a workspace are those of the models in models.txt; only their names are unique.
LABELS: Final = Table(
    "labels",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(36), nullable=False, unique=True),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE")),
    Column("kind", String(20), nullable=False),  # see storage.labels.LabelKind
    Column("code", String(10)),
    Column("name", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("output_name", String(200)),
    Column("negative_for_id", ForeignKey("collections.id", ondelete="CASCADE"), index=True),
    Column("created_at", Double, nullable=False),
    Index("ix_labels_workspace_id", "workspace_id", "id"),
    Index(
        "uq_labels_shared_name",
        "name",
        unique=True,
        sqlite_where=text("workspace_id IS NULL"),
        postgresql_where=text("workspace_id IS NULL"),
    ),
    sqlite_autoincrement=True,
)
COLLECTION_LABELS: Final = Table(
    "collection_labels",
    METADATA,
    Column("collection_id", ForeignKey("collections.id", ondelete="CASCADE"), primary_key=True),
    Column("label_id", ForeignKey("labels.id", ondelete="CASCADE"), primary_key=True, index=True),
)
IMAGES: Final = Table(
    "images",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(36), nullable=False, unique=True),
    Column("workspace_id", ForeignKey("workspaces.id", ondelete="CASCADE"), nullable=False),
    Column("sha256", String(64), nullable=False),  # of the bytes that were uploaded
    Column("blob", String(150), nullable=False, unique=True),  # name of its folder in the blob store
    Column("extension", String(10), nullable=False),  # of the copy that is kept, such as jpg
    Column("width", Integer, nullable=False),  # px, of the copy
    Column("height", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),  # of the copy
    Column("metadata", JSON, nullable=False),
    Column("is_test", Boolean, nullable=False),  # for evaluation only
    Column("is_real", Boolean, nullable=False),
    Column("verify_count", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("workspace_id", "sha256"),
    Index("ix_images_workspace_id", "workspace_id", "id"),
    Index("ix_images_is_test", "workspace_id", "is_test", "id"),
    Index("ix_images_is_real", "workspace_id", "is_real", "id"),
    Index("ix_images_verify_count", "workspace_id", "verify_count", "id"),
    sqlite_autoincrement=True,
)
IMAGE_LABELS: Final = Table(
    "image_labels",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(40), nullable=False, unique=True),  # 40 hexadecimal digits
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), nullable=False),
    Column("label_id", ForeignKey("labels.id", ondelete="CASCADE"), nullable=False),
    Column("value", Double),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("image_id", "label_id"),
    Index("ix_image_labels_label_id", "label_id", "image_id"),
    Index("ix_image_labels_value", "label_id", "value"),
    sqlite_autoincrement=True,
)
VERIFICATIONS: Final = Table(
    "verifications",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(36), nullable=False, unique=True),
    Column("image_id", ForeignKey("images.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Double, nullable=False),
    UniqueConstraint("image_id", "user_id"),
    sqlite_autoincrement=True,
)
# One answer of a classifier about one image, kept for feedback with the image in the blob store.
CLASSIFICATIONS: Final = Table(
    "classifications",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(40), nullable=False, unique=True),  # 40 hexadecimal digits
    Column("request_id", String(40), nullable=False),  # likewise; of the request that it was one answer to
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("classifier_id", ForeignKey("classifiers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("version_id", Integer),
    Column("label", String(200), nullable=False),
    Column("confidence", Double, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the image
    Column("blob", String(150), nullable=False, index=True),  # name of its folder in the blob store
    # The image label that the feedback made.
    Column("image_label_id", ForeignKey("image_labels.id", ondelete="SET NULL"), index=True),
    Column("created_at", Double, nullable=False, index=True),
    sqlite_autoincrement=True,
)
FEEDBACK: Final = Table(
    "feedback",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("message", Text, nullable=False),
    Column("created_at", Double, nullable=False),
    sqlite_autoincrement=True,
)
# Keys that all processes of a server sign with.
SECRETS: Final = Table(
    "secrets",
    METADATA,
    Column("name", String(50), primary_key=True),
    Column("value", String(100), nullable=False),
)

"""Write tasks, labels, workspaces and verifications as clients read them."""

import datetime as dt
from typing import Any

from coralchunk.storage.rows.collections import Collection
from coralchunk.storage.rows.labels import Label
from coralchunk.storage.rows.verifications import Verification
from coralchunk.storage.rows.workspaces import Workspace


def task_body(task: Collection) -> dict[str, Any]:
    """Return a task as clients read it."""
    return {
        "id": task.public_id,
        "name": task.name,
        "type": task.type,
        "description": task.description,
        "production_version": task.current_number or 0,
        "last_train_status": task.training_state,
        "last_train_error": task.training_error,
        "workspace": task.workspace,
        "created": time_text(task.created_at),
    }


def label_body(label: Label, tasks: list[Collection] | None = None) -> dict[str, Any]:
    """Return a label as clients read it."""
    return {
        "id": label.public_id,
        "name": label.name,
        "type": label.kind,
        "description": label.description,
        "output_name": label.output_name,
        "images_count": label.images_count,
        "tasks_count": label.collections_count,
        "objects_count": 0,
        "negative_for_task": label.negative_for,
        "recognition_tasks": [
            {"id": one.public_id, "name": one.name, "type": one.type} for one in tasks or []
        ],
        "workspace": label.workspace,
        "created": time_text(label.created_at),
    }


def workspace_body(workspace: Workspace) -> dict[str, Any]:
    """Return a workspace as clients read it."""
    return {
        "id": workspace.public_id,
        "name": workspace.name,
        "owner": workspace.user_id,
        "meta_data": workspace.metadata,
        "is_default": workspace.is_default,
        "created": time_text(workspace.created_at),
    }


def verification_body(verification: Verification) -> dict[str, Any]:
    """Return a verification as clients read it."""
    return {
        "id": verification.public_id,
        "user": verification.user_id,
        "image": verification.image,
        "created": time_text(verification.created_at),
    }


def time_text(seconds: float) -> str:
    """Write a time, Unix seconds, as clients read it."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat()

"""Describe the machine, versions and commit of a measurement."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import psutil

from bench.server import CORES
from coralchunk.supervisor.redis_server import server_binary

_PACKAGES: Final = (
    *("coralchunk", "numpy", "onnxruntime", "opencv-python-headless", "pillow"),
    *("flask", "gunicorn", "gevent", "redis", "rq", "litserve"),
)
_HERE: Final = Path(__file__).resolve().parent


def described() -> dict[str, Any]:
    """Return it as JSON takes it."""
    return {
        "machine": {
            "processor": _processor(),
            "cores": CORES,
            "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
            "system": platform.platform(),
            "load_before": round(os.getloadavg()[0], 2),
        },
        "versions": {
            "python": platform.python_version(),
            "redis": _said(server_binary(), "--version"),
            **{name: found for name in _PACKAGES if (found := _version(name))},
        },
        "commit": _said("git", "-C", str(_HERE), "describe", "--always", "--dirty", "--abbrev=12"),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=10).stdout.strip()  # noqa: S603 - ours
    except (OSError, subprocess.SubprocessError):
        return "unknown"

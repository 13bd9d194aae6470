"""A small HTTP/1.1 load generator in a process of its own: keep-alive connections, prepared bytes, loopback only.

It reads no more of an answer than it must (status, Content-Length, number of bytes), so that the client costs little
beside the server on a machine with two cores. Bounded in count and in time.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import uvloop

from bench.harness import Sample

TIME_LIMIT_SECONDS = 120
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def request_bytes(method: str, target: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """One request as it goes over the wire."""
    fields = {"Host": "127.0.0.1", **headers}
    if body or method in ("PUT", "POST"):
        fields["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body


class _Connection(asyncio.Protocol):
    """Sends the next request whenever an answer is complete; ends with the last, or at the first refusal."""

    def __init__(self, following: Callable[[], bytes | None], done: asyncio.Future[str | None]) -> None:
        self._following = following
        self._done = done
        self._head = b""
        self._missing = -1  # bytes of the body that are still to come; -1 while the head is read

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do everything an asyncio.Transport does without being one.
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        if self._missing < 0:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._head.startswith(b"HTTP/1.1 2"):
                self._finish(self._head[:600].decode("utf-8", "replace"))
                return
            length = _LENGTH.search(self._head, 0, end + 2)
            self._missing = (int(length[1]) if length else 0) - (len(self._head) - end - 4)
        else:
            self._missing -= len(data)
        if self._missing == 0:
            self._next()

    def connection_lost(self, _: Exception | None) -> None:
        self._finish("the server closed the connection")

    def _next(self) -> None:
        self._head, self._missing = b"", -1
        request = self._following()
        if request is None:
            self._finish(None)
        else:
            self._transport.write(request)

    def _finish(self, problem: str | None) -> None:
        if not self._done.done():
            self._done.set_result(problem)
            self._transport.close()


async def _run(port: int, requests: Sequence[bytes], total: int, connections: int) -> tuple[float, list[str]]:
    loop = asyncio.get_running_loop()
    numbers = itertools.count()

    def following() -> bytes | None:
        number = next(numbers)
        return requests[number % len(requests)] if number < total else None

    ends = [loop.create_future() for _ in range(connections)]
    begun = time.perf_counter()
    async with asyncio.timeout(TIME_LIMIT_SECONDS):
        for end in ends:
            await loop.create_connection(lambda end=end: _Connection(following, end), "127.0.0.1", port)  # type: ignore[misc]
        problems = await asyncio.gather(*ends)
    return time.perf_counter() - begun, [problem for problem in problems if problem]


@dataclass(frozen=True, slots=True)
class Processes:
    """Whose processor time counts: the server, and the PostgreSQL behind it with all its children."""

    server: int
    database: int

    def cpu_seconds(self) -> tuple[float, float]:
        """Processor time so far of the server, and of the database."""
        return _cpu(_stat(self.server)), _family_cpu(self.database)


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()


def _cpu(fields: Sequence[str], *, ended_children: bool = False) -> float:
    """User and system time in seconds; with the children that have ended, if asked for (proc(5))."""
    return sum(int(field) for field in fields[11 : 15 if ended_children else 13]) / os.sysconf("SC_CLK_TCK")


def _family_cpu(pid: int) -> float:
    total = _cpu(_stat(pid), ended_children=True)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = _stat(int(entry.name))
            except OSError:
                continue
            if int(fields[1]) == pid:
                total += _cpu(fields)
    return total


def measure(
    port: int, requests: Sequence[bytes], *, total: int, processes: Processes, connections: int = 8
) -> Sample:
    """Send `total` requests (the given ones in rotation) over `connections` connections from another process.

    Raises RuntimeError with the first refusal if any answer is not a 2xx.
    """
    server, database = processes.cpu_seconds()
    order = json.dumps(
        {"port": port, "total": total, "connections": connections, "requests": [r.hex() for r in requests]}
    )
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=order,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIME_LIMIT_SECONDS + 10,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    answer = json.loads(done.stdout)
    if answer["bad"]:
        raise RuntimeError(answer["bad"][0])
    server_after, database_after = processes.cpu_seconds()
    return Sample(
        count=total,
        seconds=answer["seconds"],
        cpu_seconds=server_after - server,
        database_cpu_seconds=database_after - database,
    )


def main() -> None:
    """Read an order as JSON from standard input, carry it out, print the outcome as JSON."""
    order = json.load(sys.stdin)
    requests = [bytes.fromhex(text) for text in order["requests"]]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        seconds, bad = runner.run(_run(order["port"], requests, order["total"], order["connections"]))
    print(json.dumps({"seconds": seconds, "bad": bad[:3]}))


if __name__ == "__main__":
    main()

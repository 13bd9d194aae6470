"""A small HTTP/1.1 load generator in a process of its own: keep-alive connections, prepared bytes, loopback only.

It reads no more of an answer than it must (status line, Content-Length), so that the client costs little beside the
server on a machine with two cores. Bounded in count and in time.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.harness import Sample

TIME_LIMIT_SECONDS = 120


def request_bytes(method: str, target: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """One request as it goes over the wire."""
    fields = {"Host": "127.0.0.1", **headers}
    if body or method in ("PUT", "POST"):
        fields["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body


async def _connection(
    port: int, requests: Sequence[bytes], numbers: itertools.count[int], total: int, bad: list[str]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while (number := next(numbers)) < total:
            writer.write(requests[number % len(requests)])
            head = await reader.readuntil(b"\r\n\r\n")
            status = int(head[9:12])
            lower = head.lower()
            start = lower.find(b"content-length:")
            length = int(lower[start + 15 : lower.index(b"\r\n", start)]) if start >= 0 else 0
            body = await reader.readexactly(length) if length else b""
            if status >= 300:
                bad.append(f"{status} {body[:300]!r}")
                return
    finally:
        writer.close()


async def _run(port: int, requests: Sequence[bytes], total: int, connections: int) -> tuple[float, list[str]]:
    numbers = itertools.count()
    bad: list[str] = []
    begun = time.perf_counter()
    async with asyncio.timeout(TIME_LIMIT_SECONDS):
        await asyncio.gather(*(_connection(port, requests, numbers, total, bad) for _ in range(connections)))
    return time.perf_counter() - begun, bad


def cpu_seconds(pid: int) -> float:
    """Processor time used so far by process `pid` and its threads, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(
    port: int, requests: Sequence[bytes], *, total: int, connections: int = 8, server_pid: int
) -> Sample:
    """Send `total` requests (the given ones in rotation) over `connections` connections from another process.

    Raises RuntimeError with the first refusal if any answer is not a 2xx.
    """
    before = cpu_seconds(server_pid)
    order = json.dumps(
        {"port": port, "total": total, "connections": connections, "requests": [r.hex() for r in requests]}
    )
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=order,
        capture_output=True,
        text=True,
        check=True,
        timeout=TIME_LIMIT_SECONDS + 10,
    )
    answer = json.loads(done.stdout)
    if answer["bad"]:
        raise RuntimeError(answer["bad"][0])
    return Sample(count=total, seconds=answer["seconds"], cpu_seconds=cpu_seconds(server_pid) - before)


def main() -> None:
    """Read an order as JSON from standard input, carry it out, print the outcome as JSON."""
    order = json.load(sys.stdin)
    requests = [bytes.fromhex(text) for text in order["requests"]]
    seconds, bad = asyncio.run(_run(order["port"], requests, order["total"], order["connections"]))
    print(json.dumps({"seconds": seconds, "bad": bad[:3]}))


if __name__ == "__main__":
    main()

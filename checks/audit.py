"""Holds the locked dependencies against known vulnerabilities (OSV, https://google.github.io/osv.dev/post-v1-querybatch/).

Only names and versions of `requirements.lock` are sent, which are public. Each finding is one line: package, version,
advisory. Exit 1 if there is any; exit 0 if there is none, and also where the source cannot be reached: that is said, and
a build without a network does not fail for it.

    python checks/audit.py [--source https://api.osv.dev] [--lock requirements.lock]
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SOURCE = "https://api.osv.dev"
LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
SECONDS = 20
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)


class Unreachable(Exception):
    """The source does not answer, or not as it should."""


def locked(text: str) -> list[tuple[str, str]]:
    """Every pinned package of a lock file with its version."""
    return sorted(set(_PINNED.findall(text)))


def advisories(source: str, packages: list[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Package, version and id of every known vulnerability. Raises `Unreachable`."""
    waiting: list[tuple[tuple[str, str], str | None]] = [(package, None) for package in packages]
    while waiting:
        queries = [
            {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
            | ({"page_token": token} if token else {})
            for (name, version), token in waiting
        ]
        results = _ask(source, {"queries": queries}).get("results")
        if not isinstance(results, list) or len(results) != len(waiting):
            raise Unreachable("the answer has another form than expected")
        more: list[tuple[tuple[str, str], str | None]] = []
        for (package, _), result in zip(waiting, results, strict=True):
            found = result or {}
            for vulnerability in found.get("vulns", ()):
                yield *package, vulnerability["id"]
            if found.get("next_page_token"):
                more.append((package, found["next_page_token"]))
        waiting = more


def _ask(source: str, question: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 - `main` takes https and loopback addresses only
        f"{source}/v1/querybatch", json.dumps(question).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            found = json.load(answer)
    except (OSError, urllib.error.URLError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(str(error)) from error
    if not isinstance(found, dict):
        raise Unreachable("the answer has another form than expected")
    return found


def main() -> int:
    """Check the lock file; the exit code."""
    arguments = argparse.ArgumentParser(description="Look for known vulnerabilities of the dependencies.")
    arguments.add_argument("--source", default=SOURCE, help="an OSV server")
    arguments.add_argument("--lock", default=LOCK, type=Path)
    given = arguments.parse_args()
    if not given.source.startswith(("https://", "http://127.0.0.1:")):
        arguments.error("the source must be an https address")
    packages = locked(given.lock.read_text(encoding="utf-8"))
    try:
        found = sorted(set(advisories(given.source, packages)))
    except Unreachable as error:
        print(f"audit: NOT CHECKED, {given.source} cannot be reached: {error}")
        return 0
    for name, version, advisory in found:
        print(f"{name} {version}: {advisory} (https://osv.dev/vulnerability/{advisory})")
    print(f"audit: {len(packages)} packages, {len(found)} known vulnerabilities")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""What we build on is named with its reason, and under licences we can live with."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LGPL = {"psycopg", "psycopg-binary", "psycopg-pool"}


def normal(requirement: str) -> str:
    """The package's name as packaging compares it."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def test_every_package_we_name_is_on_the_page_and_no_other():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    ours = {
        normal(one)
        for group in (
            project["project"]["dependencies"],
            project["dependency-groups"]["dev"],
            project["build-system"]["requires"],
        )
        for one in group
    }
    page = (ROOT / "docs/reference/dependencies.md").read_text("utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| .+ \| .+ \|$", page, re.MULTILINE)
    assert sorted(normal(one) for one in rows) == sorted(ours)


def test_nothing_locked_is_under_the_gpl_or_agpl():
    locked = re.findall(
        r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE
    )
    assert len(locked) > 50
    seen = 0
    for name in {normal(one) for one in locked}:
        try:
            told = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # for another platform
        seen += 1
        licences = [
            told.get("License-Expression") or "",
            (told.get("License") or "")[:200],
            *(one for one in told.get_all("Classifier", []) if one.startswith("License")),
        ]
        copyleft = [one for one in licences if re.search(r"GPL|General Public", one)]
        if name in LGPL:
            assert all("LGPL" in one or "Lesser" in one for one in copyleft), (name, copyleft)
        else:
            assert copyleft == [], (name, copyleft)
    assert seen > 50

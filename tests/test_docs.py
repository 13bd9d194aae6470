"""The pages point at what exists, and say nothing of the machine they were written on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    lost = [
        link
        for link in links
        if not re.match(r"[a-z]+:", link) and not (page.parent / link).resolve().exists()
    ]
    assert lost == []


def test_the_readme_names_every_folder_of_the_product():
    readme = (ROOT / "README.md").read_text("utf-8")
    table = readme.split("## The folders")[1]
    folders = {
        path.name for path in (ROOT / "src/renkei").iterdir() if path.is_dir() and any(path.glob("*.py"))
    }
    missing = [
        name for name in sorted(folders) if f"`src/renkei/{name}`" not in table and f"`{name}`" not in table
    ]
    assert missing == []

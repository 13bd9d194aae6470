"""The generated reference pages are current, and every error can be told in both languages."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from renkei.errors import every_error
from renkei.kit.errors import RenkeiError

ROOT = Path(__file__).parents[1]
PLACE = re.compile(r"\{(\w+)\}")
JAPANESE = re.compile("[\u3041-\u30ff\u4e00-\u9fff]")


@pytest.mark.parametrize("page", ["settings.md", "errors.md", "cli.md", "../explanation/noninterference.md"])
def test_a_generated_page_is_current(page: str) -> None:
    """If this fails: make docs."""
    pages = runpy.run_path(str(ROOT / "docs" / "generate.py"))["PAGES"]
    assert (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8") == pages[page]()


@pytest.mark.parametrize("error", every_error(), ids=lambda error: error.__qualname__)
def test_an_error_has_a_code_and_two_sentences_with_the_same_parameters(error: type[RenkeiError]) -> None:
    assert re.fullmatch("[a-z][a-z0-9_]*", error.code)
    assert set(PLACE.findall(error.en)) == set(PLACE.findall(error.ja))
    assert error.en != RenkeiError.en
    assert JAPANESE.search(error.ja)
    assert not JAPANESE.search(error.en)


def test_one_code_is_one_sort_of_fault() -> None:
    kinds: dict[str, set[object]] = {}
    for error in every_error():
        kinds.setdefault(error.code, set()).add(error.kind)
    assert {code: found for code, found in kinds.items() if len(found) > 1} == {}

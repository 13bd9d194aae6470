"""What the demo prints: tables for people, Japanese and English side by side."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal

from renkei.demo.chain import Chain, Company, Sight
from renkei.kit.decimals import plain_text


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> str:
    """Columns as wide as they must be on a terminal, where a Japanese character takes two places."""
    widths = [max(_width(row[column]) for row in (head, *rows)) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = []
        for column, cell in enumerate(cells):
            gap = " " * (widths[column] - _width(cell))
            padded.append(gap + cell if column in right else cell + gap)
        return ("  " + "  ".join(padded)).rstrip()

    return "\n".join([line(head), line(["-" * width for width in widths]), *map(line, rows)])


def addresses(url: str) -> str:
    """Where the server answers."""
    return table(
        ("what 内容", "address アドレス"),
        [
            ("pages 画面", f"{url}/app/"),
            ("API /v1, OpenAPI", f"{url}/v1/openapi.json"),
            ("API Ouranos", f"{url}/api/v1/datatransport"),
            ("ready? 稼働状況", f"{url}/readyz"),
        ],
    )


def logins(rows: Sequence[tuple[str, str, str]], *, password: str, api_key: str) -> str:
    """Who may log in: (company, e-mail address, operator id)."""
    return "\n".join(
        [
            table(("company 事業者", "login ログイン", "operator id 事業者識別子"), rows),
            f"  password パスワード: {password}   apiKey: {api_key}",
        ]
    )


def change(
    chain: Chain, before: Mapping[str, Decimal | None], after: Mapping[str, Decimal | None], seconds: float
) -> str:
    """The chain before and after, and how long it took."""
    first, last = chain.changed, chain.upstream_first()[-1]
    lasted = f"from {first.name_en}'s change until {last.name_en} read it"
    rows = [
        (
            f"{one.name} {one.name_en}",
            f"{one.part} {one.part_name}",
            _own(one),
            _number(before.get(one.key)),
            "⇒",
            _number(after.get(one.key)),
        )
        for one in reversed(chain.upstream_first())
    ]
    return "\n".join(
        [
            table(
                ("company 事業者", "part 部品", "own 自社分", "before 変更前", "", "after 変更後"),
                rows,
                right=frozenset({2, 3, 5}),
            ),
            f"  {first.name}の変更を{last.name}が読めるまで / {lasted}: {seconds:.2f} s",
        ]
    )


def sights(chain: Chain, found: Mapping[str, Sight]) -> str:
    """What each company sees, and what the server refused it."""
    rows = []
    for company in reversed(chain.upstream_first()):
        seen = found[company.key]
        rows.append(
            (
                f"{company.name} {company.name_en}",
                _number(seen.total),
                ", ".join(
                    f"{chain.company(supplier).name} {_number(total)}"
                    for supplier, total in seen.answers.items()
                )
                or "-",
                " ".join(chain.company(key).name for key in seen.refused),
            )
        )
    return table(
        (
            "company 事業者",
            "own total 自社合計",
            "suppliers' answers 直接の仕入先の回答",
            "parts refused (404) 閲覧不可",
        ),
        rows,
        right=frozenset({1}),
    )


def _own(company: Company) -> str:
    if company.own_after is None:
        return plain_text(company.own)
    return f"{plain_text(company.own)} ⇒ {plain_text(company.own_after)}"


def _number(value: Decimal | None) -> str:
    return "?" if value is None else plain_text(value)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in {"W", "F"} else 1 for one in text)

"""Finds queries that go round the rule "who may see what".

A leak between two companies is the worst fault of this product, so the first lock is checked by machine:

1. SQL is written only in `store.py` and its siblings named `*_store.py`, in `database/`, in migrations and in the
   few modules named in `PLATFORM`, which own no company's rows.
2. A statement there that touches a company's table says whose rows it wants: it names the table's operator column.
   Row-level security would hold without it; this is so that a missing WHERE is found before it is needed.
3. SQL is never put together from values: no f-string, `%` or `+` with anything but literals.

A statement that rightly needs no operator column says why: `# guard: <reason>` on the line of its call or above it.
Exit 1 with one line a finding; exit 0 and a count otherwise.
"""

from __future__ import annotations

import ast
import re
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "src" / "renkei"

OWNERS: dict[str, tuple[str, ...]] = {
    "commons.invitations": ("operator_key",),
    "commons.plants": ("operator_key",),
    "commons.parts": ("operator_key",),
    "commons.part_counts": ("operator_key",),
    "commons.part_numbers": ("operator_key",),
    "commons.structures": ("operator_key",),
    "commons.structure_lines": ("operator_key",),
    "commons.uses": ("operator_key",),
    "commons.trade_shares": ("operator_key",),
    "commons.consents": ("operator_key",),
    "commons.files": ("operator_key",),
    "commons.imports": ("operator_key",),
    "commons.mappings": ("operator_key",),
    "commons.idempotency": ("operator_key",),
    "commons.history": ("operator_key",),
    "commons.trades": ("downstream_key", "upstream_key"),
    "commons.requests": ("downstream_key", "upstream_key"),
    "commons.request_messages": ("downstream_key", "upstream_key"),
    "commons.ledger_facts": ("operator_key", "parties"),
    "commons.deliveries": ("operator_key", "provider_key"),
    "commons.selections": ("operator_key",),
    "commons.selection_members": ("operator_key",),
    "commons.shared_deliveries": ("provider_key",),
    "commons.inquiries": ("operator_key",),
    "commons.inquiry_hops": ("from_key", "to_key"),
    "commons.inquiry_decisions": ("operator_key",),
    "commons.inquiry_answers": ("operator_key", "to_key"),
    "commons.delivery_reads": ("provider_key", "consumer_key"),
    "commons.notifications": ("operator_key",),
    "footprint.statements": ("operator_key",),
    "footprint.estimates": ("operator_key",),
    "footprint.proposals": ("downstream_key", "upstream_key"),
    "footprint.certificates": ("operator_key",),
    "footprint.certificate_files": ("operator_key",),
    "footprint.update_policies": ("operator_key",),
    "footprint.updates": ("operator_key",),
    "footprint.declarations": ("operator_key",),
    "footprint.declaration_evidence": ("operator_key",),
    "footprint.engagements": ("operator_key", "verifier_key"),
    "footprint.engagement_evidence": ("operator_key", "verifier_key"),
    "footprint.engagement_reads": ("operator_key", "verifier_key"),
    "footprint.findings": ("operator_key", "verifier_key"),
    "footprint.verifications": ("operator_key", "verifier_key"),
    "footprint.factor_sets": ("operator_key", "lent_by_key"),
    "footprint.factors": ("operator_key",),
    "footprint.factor_seats": ("operator_key",),
    "footprint.factor_uses": ("operator_key",),
    "footprint.sheets": ("operator_key",),
}
_CALLS = {"execute", "executemany", "row", "rows", "copy", "stream", "Prepared"}
_SQL = re.compile(
    r"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|COPY|MERGE|CREATE|ALTER|DROP|TRUNCATE|LISTEN|NOTIFY|SET)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One query that breaks a rule."""

    path: str
    line: int
    text: str


def _literal(node: ast.expr, constants: dict[str, str]) -> str | None:
    """The text of a literal, of literals joined by `+`, or of a module constant; None if anything else is in it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        return constants.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _literal(node.left, constants), _literal(node.right, constants)
        return left + right if left is not None and right is not None else None
    if isinstance(node, ast.JoinedStr):
        pieces = []
        for value in node.values:
            inner = value.value if isinstance(value, ast.FormattedValue) else value
            piece = _literal(inner, constants)
            if piece is None:
                return None
            pieces.append(piece)
        return "".join(pieces)
    if isinstance(node, ast.IfExp):
        first, second = _literal(node.body, constants), _literal(node.orelse, constants)
        return f"{first}\n{second}" if first is not None and second is not None else None
    return None


def _constants(tree: ast.Module) -> dict[str, str]:
    """Names of the module that stand for literal text, including those built from earlier ones."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        target: ast.expr | None = None
        value: ast.expr | None = None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.AnnAssign):
            target, value = node.target, node.value
        if isinstance(target, ast.Name) and value is not None:
            text = _literal(value, found)
            if text is not None:
                found[target.id] = text
    return found


def _may_hold_sql(path: Path) -> bool:
    relative = path.relative_to(ROOT)
    return (
        path.stem == "store"
        or path.stem.endswith("_store")
        or relative.parts[0] == "database"
        or "migrations" in relative.parts
    )


def findings_in(path: Path) -> list[Finding]:
    """Every finding of one module."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    tree = ast.parse(source)
    constants = _constants(tree)
    found: list[Finding] = []
    for node in ast.walk(tree):
        if not (
            isinstance(node, ast.Call)
            and getattr(node.func, "attr", getattr(node.func, "id", None)) in _CALLS
            and node.args
        ):
            continue
        text = _literal(node.args[0], constants)
        if text is None:
            looks_built = isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
            if (
                looks_built
                and _may_hold_sql(path)
                and "migrations" not in path.parts
                and not _excused(lines, node.lineno)
            ):
                found.append(
                    Finding(
                        str(path), node.lineno, "SQL is put together from something that is not a literal"
                    )
                )
            continue
        if not _SQL.match(text):
            continue
        if _excused(lines, node.lineno):
            continue
        if not _may_hold_sql(path):
            found.append(Finding(str(path), node.lineno, "SQL outside a store module"))
            continue
        for table, columns in OWNERS.items():
            if re.search(rf"\b{re.escape(table)}\b", text) and not any(column in text for column in columns):
                found.append(Finding(str(path), node.lineno, f"{table} without {' or '.join(columns)}"))
    return found


def _excused(lines: list[str], line: int) -> bool:
    """Whether the call's line or one of the two above gives a reason."""
    return any(re.search(r"# guard: \S+", text) for text in lines[max(0, line - 3) : line])


def main() -> int:
    """Check every module of the product."""
    modules = sorted(ROOT.rglob("*.py"))
    found = [finding for path in modules for finding in findings_in(path)]
    for finding in found:
        print(f"{finding.path}:{finding.line}: {finding.text}")
    print(f"query guard: {len(modules)} modules, {len(found)} finding(s)")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

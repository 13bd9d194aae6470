"""The command group `renkei ledger`: verify, export, check, keys, rotate, resume, erase.

`verify` and `export` look at the database; `check` needs nothing but the bundle and the public key.
Exit codes: 0 everything holds, 1 something does not (each finding is one JSON line), 2 wrong usage.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from renkei.commons.ledger import bundle as bundles
from renkei.commons.ledger import service, verify_store
from renkei.commons.ledger.errors import KindUnknown, PartUnknown
from renkei.commons.ledger.findings import Finding
from renkei.commons.ledger.sequencing import resume, rotate
from renkei.commons.ledger.verification import verify
from renkei.commons.ledger.witness import FileWitness
from renkei.commons.usecase import use_cases
from renkei.database.connect import opened
from renkei.database.migrate import COMMONS, Branch
from renkei.database.transaction import Database, Transaction, act_as, as_role
from renkei.kit.secret_box import SecretBox, open_secret_box
from renkei.kit.strict_json import dumps
from renkei.settings import Settings, load_settings

ledger = typer.Typer(
    help="The ledger (台帳): verify, export, check, keys, rotate, resume, erase.", no_args_is_help=True
)


_ERASED_AT_ONCE: Final = 5_000
"""Facts a transaction, so that nobody waits long for his turn."""


@ledger.command("verify")
def ledger_verify() -> None:
    """Hold the whole database against the log, and the log against the witness; exit 1 if anything was changed."""
    with _opened() as (settings, database):
        report = verify(database, _box(settings), FileWitness(settings.witness_file), _tell)
    _print({"ok": report.findings == 0, **dataclasses.asdict(report)})
    if report.findings:
        raise typer.Exit(1)


@ledger.command("export")
def ledger_export(
    file: Annotated[Path, typer.Argument(dir_okay=False, help="The bundle to write.")],
    part: Annotated[UUID, typer.Option(help="The part's trace id.")],
    operator: Annotated[
        UUID | None, typer.Option(help="The company whose view to export; default: who owns the part.")
    ] = None,
) -> None:
    """Write what a company has on record about a part, with salts and proofs, so that others can check it.

    Whoever gets the file can read all of it: hand it only to those who may.
    """
    with _opened() as (_, database):
        sources = database.read(as_role("renkei_ledger"), verify_store.sources)
        companies = database.owner(verify_store.operators)
        for key, operator_id in companies:
            if operator not in (None, operator_id):
                continue
            found = database.read(
                act_as(key, operator_id, door="cli"),
                partial(_about, sources=sources, trace_id=part, any_party=operator is not None),
            )
            if found is not None:
                break
        else:
            raise PartUnknown(part=part)
    file.write_bytes(dumps({**found, "part": part, "operator": operator_id}) + b"\n")
    _print({"file": str(file), "operator": str(operator_id), "facts": len(found["items"])})


@ledger.command("check")
def ledger_check(
    bundle: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A bundle of `export`.")],
    key: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="The log's public keys, as `keys` prints them.")
    ],
) -> None:
    """Check a bundle with the log's public key alone: no database, no network, no settings."""
    outcome = bundles.check_bundle(bundle.read_bytes(), key.read_text(encoding="utf-8", errors="replace"))
    for fault in outcome.faults:
        _print({"item": fault.item, "code": fault.code, "en": fault.en, "ja": fault.ja})
    _print(
        {
            "ok": not outcome.faults,
            "log": outcome.checkpoint.origin,
            "size": outcome.checkpoint.size,
            "root": outcome.checkpoint.root.hex(),
            "signed_at": outcome.checkpoint.signed_at.isoformat(),
            "proved": outcome.proved,
            "pending": outcome.pending,
            "erased": outcome.erased,
        }
    )
    if outcome.faults:
        raise typer.Exit(1)


@ledger.command("keys")
def ledger_keys() -> None:
    """Print the log's public keys, one a line: the file for `check --key`."""
    with _opened() as (_, database):
        for key in database.read(as_role("renkei_ledger"), service.public_keys):
            typer.echo(key.verifier)


@ledger.command("rotate")
def ledger_rotate(
    compromised: Annotated[
        bool, typer.Option("--compromised", help="The former keys stop signing at once.")
    ] = False,
) -> None:
    """Make a new key for heads. The former one signs beside it for a while, so that everybody can learn the new one."""
    with _opened() as (settings, database):
        overlap = timedelta(days=settings.ledger_key_overlap_days)
        _print({"key_id": rotate(database, _box(settings), overlap=overlap, compromised=compromised)})


@ledger.command("resume")
def ledger_resume(
    reason: Annotated[str, typer.Option(help="Why an older state is accepted; kept for good.")],
) -> None:
    """Go on from a restored backup that is older than the witness. What is lost stays on record."""
    with _opened() as (settings, database):
        head = resume(database, FileWitness(settings.witness_file), reason)
    _print({"number": head.number, "size": head.size, "reason": reason})


@ledger.command("erase")
def ledger_erase(
    before: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="Facts recorded before this day (UTC).")
    ],
    kind: Annotated[
        list[str] | None,
        typer.Option(help="Only facts of this kind; may be given several times. Default: all."),
    ] = None,
    operator: Annotated[
        UUID | None, typer.Option(help="Only facts of this company. Default: of all.")
    ] = None,
) -> None:
    """Take content and salt of superseded facts away for good, at the end of their retention.

    What was said last about anything stays. The leaves stay, everything else verifies as before, and each erasure is a
    fact itself. Values in the tables that the facts were about are not touched.
    """
    end = before.replace(tzinfo=UTC)
    with _opened() as (_, database):
        sources = database.read(as_role("renkei_ledger"), verify_store.sources)
        known = sorted(name for source in sources for name in source.kinds)
        if unknown := sorted({*(kind or ())} - {*known}):
            raise KindUnknown(kind=", ".join(unknown), known=", ".join(known))
        erased = companies = 0
        for key, operator_id in database.owner(verify_store.operators):
            if operator not in (None, operator_id):
                continue
            companies += 1
            while count := database.run(
                act_as(key, operator_id, door="cli"),
                lambda tx: service.erase_superseded(tx, kind or known, end, _ERASED_AT_ONCE),
            ):
                erased += count
    _print({"before": end.date().isoformat(), "companies": companies, "erased": erased})


def _about(
    tx: Transaction, sources: list[verify_store.Source], trace_id: UUID, *, any_party: bool
) -> dict[str, Any] | None:
    """What the caller has on record about a part; None if it is not its own (or, `any_party`, nothing is)."""
    if not any_party and not verify_store.owns_part(tx, trace_id):
        return None
    subjects = dict.fromkeys(verify_store.subjects_about(tx, sources, trace_id))
    return bundles.bundle(*service.prove(tx, list(subjects), limit=None)) if subjects else None


@contextmanager
def _opened() -> Iterator[tuple[Settings, Database]]:
    settings = load_settings()
    branches = (COMMONS, *(Branch(use_case.name, use_case.migrations) for use_case in use_cases()))
    with opened(settings, branches=branches, size=2, application_name="renkei-cli") as database:
        yield settings, database


def _box(settings: Settings) -> SecretBox:
    master_key = settings.master_key.get_secret_value() if settings.master_key is not None else None
    return open_secret_box(master_key, settings.data_dir)


def _tell(finding: Finding) -> None:
    _print({**dataclasses.asdict(finding), "en": finding.en, "ja": finding.ja})


def _print(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))

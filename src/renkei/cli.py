"""`renkei`: the command line.

Every `add` prints one JSON object; a secret in it is shown this once and stored hashed.
Exit codes: 0 done, 1 refused with one clear line on standard error, 2 wrong usage.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import psycopg
import typer

from renkei.commons.access.commands import account, apikey, corporatenumber, operator, signingkey, staff
from renkei.commons.ledger.commands import ledger
from renkei.database.backup import BackupError, BackupSummary
from renkei.database.embedded import DatabaseStartError
from renkei.file_commands import calc, importing
from renkei.kit.errors import RenkeiError
from renkei.kit.secret_box import MasterKeyError
from renkei.settings import SettingsError, load_settings
from renkei.usecases.footprint.reports.commands import report, reports

cli = typer.Typer(
    name="renkei",
    help="Renkei: supply-chain data linkage (サプライチェーンデータ連携基盤).",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
db = typer.Typer(help="The database: upgrade, status, backup, restore.", no_args_is_help=True)
rollup = typer.Typer(help="The calculated values: verify.", no_args_is_help=True)
keys = typer.Typer(help="The master key: reseal.", no_args_is_help=True)
cli.add_typer(db, name="db")
cli.add_typer(keys, name="keys")
cli.add_typer(rollup, name="rollup")
cli.add_typer(operator, name="operator")
cli.add_typer(account, name="account")
cli.add_typer(staff, name="staff")
cli.add_typer(apikey, name="apikey")
cli.add_typer(corporatenumber, name="corporatenumber")
cli.add_typer(signingkey, name="signingkey")
cli.add_typer(ledger, name="ledger")
cli.command()(report)
cli.command()(reports)
cli.add_typer(importing, name="import")
cli.command()(calc)

Host = Annotated[str | None, typer.Option(help="Address to listen on (default: RENKEI_HOST or 127.0.0.1).")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="TCP port (default: RENKEI_PORT or 8000).")]


@cli.command()
def serve(
    host: Host = None,
    port: Port = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer HTTP.")] = 1,
    with_worker: Annotated[
        bool, typer.Option("--with-worker", help="Keep a worker beside (see `renkei work`).")
    ] = False,
    tls_cert: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Certificate chain (PEM).")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Private key (PEM).")
    ] = None,
) -> None:
    """Answer HTTP: the Ouranos API, /v1, health and metrics. Somewhere a worker must run too."""
    from renkei import serve as serving  # noqa: PLC0415 (keeps the other commands quick)

    if (tls_cert is None) != (tls_key is None):
        raise typer.BadParameter("--tls-cert and --tls-key go together")
    settings = load_settings(**_chosen(host=host, port=port))
    serving.serve(settings, workers=workers, with_worker=with_worker, tls_cert=tls_cert, tls_key=tls_key)


@cli.command()
def work() -> None:
    """Handle events and timers: any number of workers may run, each duty has one owner at a time."""
    from renkei import serve as serving  # noqa: PLC0415

    serving.work(load_settings())


@cli.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Print the tables and leave.")] = False,
    port: Port = None,
) -> None:
    """Show the example chain on a server of its own: six companies, one change, who sees what."""
    from renkei.demo.run import run_demo  # noqa: PLC0415

    run_demo(port=port, once=once)


@db.command()
def upgrade() -> None:
    """Bring the database to this release; does nothing if it is there."""
    from renkei.app import branches  # noqa: PLC0415
    from renkei.database.connect import direct  # noqa: PLC0415
    from renkei.database.migrate import upgrade as migrate  # noqa: PLC0415

    with direct(load_settings()) as url:
        _print({"revisions": list(migrate(url, branches()))})


@db.command()
def status() -> None:
    """Say what the database is at and what this release expects; exit 1 if it must be upgraded."""
    from renkei.app import branches  # noqa: PLC0415
    from renkei.database.connect import direct  # noqa: PLC0415
    from renkei.database.migrate import heads, revisions  # noqa: PLC0415

    with direct(load_settings()) as url:
        found, expected = revisions(url), heads(branches())
    _print({"revisions": list(found), "expected": list(expected), "current": found == expected})
    if found != expected:
        raise typer.Exit(1)


@db.command()
def backup(
    target: Annotated[Path, typer.Argument(help="The archive to write (mode 0600: it holds secrets).")],
) -> None:
    """Write database, files, keys and the ledger's witness into one checked archive."""
    from renkei.database.backup import backup as write  # noqa: PLC0415
    from renkei.database.connect import direct  # noqa: PLC0415

    settings = load_settings()
    with direct(settings) as url:
        summary = write(settings.data_dir, url, target, witness=settings.witness_file)
    _print(_described(summary))


@db.command()
def restore(
    archive: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An archive of `db backup`.")],
) -> None:
    """Restore an archive into an empty database; a database with data in it is refused, a witness that is there stays."""
    from renkei.database.backup import restore as read  # noqa: PLC0415
    from renkei.database.connect import connect, direct  # noqa: PLC0415
    from renkei.database.events import begin_anew_if_restored  # noqa: PLC0415
    from renkei.database.transaction import as_role  # noqa: PLC0415

    settings = load_settings()
    with direct(settings) as url:
        summary = read(archive, settings.data_dir, url, witness=settings.witness_file)
        database = connect(settings, size=1)
        try:
            # Transaction ids of the server that was backed up mean nothing here.
            database.run(as_role("renkei_engine"), begin_anew_if_restored)
        finally:
            database.pool.close()
    _print(_described(summary))


@keys.command()
def reseal() -> None:
    """Seal everything with the current master key (the first of the ring); exit 1 if something opens with no key of it.

    After that, a second run finds nothing to do, and the former keys may leave the ring.
    """
    from renkei.app import branches, open_context, reactions  # noqa: PLC0415
    from renkei.commons.access.second_factor import reseal as reseal_second_factors  # noqa: PLC0415
    from renkei.commons.files.service import reseal as reseal_files  # noqa: PLC0415
    from renkei.commons.ledger.sequencing import reseal as reseal_ledger  # noqa: PLC0415
    from renkei.database.connect import opened  # noqa: PLC0415

    settings = load_settings()
    with opened(
        settings, branches=branches(), reactions=reactions(), size=2, application_name="renkei-cli"
    ) as database:
        context = open_context(settings, database)
        found = reseal_files(database, context.files)
        second_factors, lost = reseal_second_factors(context.access, context.secrets)
        unreadable = found.unreadable + lost
        _print(
            {
                "files": found.files,
                "access": context.access.reseal() + second_factors,
                "ledger": reseal_ledger(database, context.secrets),
                "unreadable": unreadable,
            }
        )
    if unreadable:
        raise typer.Exit(1)


@rollup.command()
def verify(
    operator_id: Annotated[
        UUID | None, typer.Option("--operator", help="Only this company (default: all).")
    ] = None,
) -> None:
    """Calculate every value anew from the facts and list what differs; exit 1 if anything does. Writes nothing.

    Run it when no changes are under way: a delivery that the worker has not handled yet shows as a difference.
    """
    from renkei.verification import verify_all  # noqa: PLC0415

    differences = companies = 0
    for company, found in verify_all(load_settings(), operator_id):
        companies += 1
        for difference in found:
            differences += 1
            _print(
                {
                    "operator_id": str(company),
                    **{k: v if v is None else str(v) for k, v in difference.items()},
                }
            )
    _print({"companies": companies, "differences": differences})
    if differences:
        raise typer.Exit(1)


def _described(summary: BackupSummary) -> dict[str, Any]:
    """What is in an archive, as JSON."""
    return {
        "archive": str(summary.archive),
        "taken_at": summary.taken_at.isoformat(),
        "size_bytes": summary.size_bytes,
        "files": summary.files,
        "witness": summary.witness,
        "product_version": summary.product_version,
        "revisions": list(summary.alembic_heads),
    }


def _chosen(**options: Any) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}


def _print(value: dict[str, Any]) -> None:
    """One JSON object a line on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def main() -> None:
    """Run the command line; a fault that a person can mend is one line, never a traceback."""
    try:
        cli()
    except RenkeiError as error:
        for fault in error.faults:
            typer.echo(f"renkei: {fault.sentence('en')}", err=True)
        sys.exit(1)
    except (
        DatabaseStartError,
        BackupError,
        SettingsError,
        MasterKeyError,
        psycopg.OperationalError,
    ) as error:
        typer.echo(f"renkei: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()

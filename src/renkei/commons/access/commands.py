"""The command groups `renkei operator`, `account`, `staff`, `apikey`, `corporatenumber` and `signingkey`.

Each `add` prints one JSON object, `list` one a line; a secret is printed by the `add` that made it, and never again.
Passwords come from standard input, so that they stand in no process list and no shell history.
All work before the first `serve`: they start the embedded database and bring it up to date if that is needed.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from renkei.commons import succession
from renkei.commons.access import registry
from renkei.commons.access.model import ApiKeyDraft
from renkei.commons.access.tokens import AccessKeys
from renkei.commons.files.model import Content, FilePolicy
from renkei.commons.files.safe import FileSafe
from renkei.commons.files.service import stored_contents
from renkei.commons.operators import corporate_numbers
from renkei.commons.operators.errors import OperatorMissing
from renkei.commons.operators.export import export_lines
from renkei.commons.operators.model import Operator, OperatorState, Registration
from renkei.commons.operators.service import list_operators, register_operator, set_operator_state
from renkei.commons.operators.usage import month_of, usage
from renkei.commons.usecase import use_cases
from renkei.database.connect import opened
from renkei.database.migrate import COMMONS, Branch
from renkei.database.transaction import Transaction, act_as
from renkei.kit.secret_box import SecretBox, open_secret_box
from renkei.settings import Settings, load_settings

operator = typer.Typer(
    help="Companies (事業者): add, list, usage, export, disable, enable, merge, revoke.", no_args_is_help=True
)
account = typer.Typer(
    help="People (利用者): add, list, password, disable, enable, revoke.", no_args_is_help=True
)
staff = typer.Typer(help="Staff of the platform: add, list, disable, enable, revoke.", no_args_is_help=True)
apikey = typer.Typer(
    help="Applications and their keys: add, list, disable, enable, revoke.", no_args_is_help=True
)
corporatenumber = typer.Typer(
    help="The list of corporate numbers (法人番号) by which companies that ask to join are checked: import, show.",
    no_args_is_help=True,
)
signingkey = typer.Typer(help="Keys that sign access tokens: rotate, list.", no_args_is_help=True)


class Role(StrEnum):
    """A role in a company."""

    ADMIN = "admin"
    EDITOR = "editor"
    APPROVER = "approver"
    VIEWER = "viewer"


class Attribute(StrEnum):
    """What kind of application it is."""

    APPLICATION = "Application"
    DATA_SPACE = "DataSpace"
    TRACEABILITY = "Traceability"


class Scope(StrEnum):
    """What declared component values mean."""

    REST = "rest"
    WHOLE = "whole"


_READING = FilePolicy(
    size_limit_bytes=0,
    extensions=frozenset(),
    files_per_operator=0,
    bytes_per_operator=0,
    reservation_hours=0,
)
"""Nothing is stored."""
OperatorId = Annotated[UUID, typer.Option("--operator", help="The company's operator id.")]
Email = Annotated[str, typer.Option(help="The person's e-mail address, which is the login.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input (its first line).")
]


# -- operator -------------------------------------------------------------------------------------------------------


@operator.command("add")
def operator_add(
    name: Annotated[str, typer.Option(help="Name, up to 256 characters.")],
    address: Annotated[str, typer.Option(help="Address, up to 256 characters.")],
    open_operator_id: Annotated[
        str,
        typer.Option(
            help="Public id, up to 20 characters: the corporate number (法人番号) of a Japanese company."
        ),
    ],
    global_operator_id: Annotated[
        str | None, typer.Option(help="LEI, D-U-N-S, BPN or another; free text up to 256 characters, unique.")
    ] = None,
    operator_id: Annotated[
        UUID | None,
        typer.Option(help="Its operator id; that of an invited company lets it join. Default: a new one."),
    ] = None,
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox", help="For trying out: made-up ids are accepted, and its data may be reset."
        ),
    ] = False,
    country: Annotated[str, typer.Option(help="Country, ISO 3166-1 alpha-2.")] = "JP",
) -> None:
    """Register a company."""
    draft = Registration(
        name=name,
        address=address,
        open_operator_id=open_operator_id,
        global_operator_id=global_operator_id,
        country=country,
        operator_id=operator_id,
        sandbox=sandbox,
    )
    with _platform() as keys:
        _print(_operator(keys.database.owner(lambda tx: register_operator(tx, draft))))


@operator.command("list")
def operator_list() -> None:
    """List all companies, one JSON object a line."""
    with _platform() as keys:
        for found in keys.database.owner(list_operators):
            _print(_operator(found))


@operator.command("disable")
def operator_disable(operator_id: Annotated[UUID, typer.Argument()]) -> None:
    """Suspend a company: nobody acts for it until it is enabled."""
    _move_operator(operator_id, "suspended")


@operator.command("export")
def operator_export(
    operator_id: Annotated[UUID, typer.Argument()],
    folder: Annotated[Path, typer.Option("--to", help="A new folder for export.ndjson and the files.")],
) -> None:
    """Write everything a company owns into a folder: its rows, one JSON object a line, and its stored files."""
    folder.mkdir(parents=True)
    settings = load_settings()
    with _platform() as keys:
        companies = {one.operator_id: one for one in keys.database.owner(list_operators)}
        if operator_id not in companies:
            raise OperatorMissing
        safe = FileSafe(settings.data_dir / "files", _box(settings), _READING)

        def work(tx: Transaction) -> tuple[int, list[Content]]:
            lines = 0
            with (folder / "export.ndjson").open("wb") as file:
                for line in export_lines(tx):
                    file.write(line)
                    lines += 1
            return lines, stored_contents(tx)

        enter = act_as(companies[operator_id].operator_key, operator_id, door="cli")
        lines, contents = keys.database.read(enter, work)
        for content in contents:
            place = folder / "files" / str(content.file_id)
            place.mkdir(parents=True)
            with (place / Path(content.name).name).open("wb") as file:
                for piece in safe.pieces(content):
                    file.write(piece)
    _print({"operator_id": operator_id, "rows": lines, "files": len(contents)})


@operator.command("usage")
def operator_usage(
    month: Annotated[str, typer.Option(help="The month, as 2026-11. Default: the present one.")] = "",
) -> None:
    """Print what each company uses, as the basis of a fee: one JSON object a line, counts alone."""
    with _platform() as keys:
        for found in usage(keys.database, *month_of(month, keys.database.clock.now())):
            _print(dataclasses.asdict(found))


@operator.command("enable")
def operator_enable(operator_id: Annotated[UUID, typer.Argument()]) -> None:
    """Let a suspended company in again."""
    _move_operator(operator_id, "member")


@operator.command("revoke")
def operator_revoke(operator_id: Annotated[UUID, typer.Argument()]) -> None:
    """Close a company for good, and tell its partners."""
    with _platform() as keys:
        _print(_operator(succession.close(keys.database, operator_id, by="cli")))


@operator.command("merge")
def operator_merge(
    operator_id: Annotated[UUID, typer.Argument()],
    into: Annotated[UUID, typer.Option("--into", help="The member that takes it over.")],
) -> None:
    """Merge a company into a member, whose administrators act for it from now on, and tell its partners."""
    with _platform() as keys:
        _print(_operator(succession.merge(keys.database, operator_id, into, by="cli")))


# -- corporatenumber --------------------------------------------------------------------------------------------------


@corporatenumber.command("import")
def corporatenumber_import(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="A CSV file as the National Tax Agency publishes it, all or a difference.",
        ),
    ],
) -> None:
    """Take the published list in; newer rows replace older ones. Nothing is stored of a file with a fault."""
    with (
        _platform() as keys,
        file.open("rb") as content,
        typer.progressbar(length=file.stat().st_size, label="corporate numbers", file=sys.stderr) as bar,
    ):
        taken = keys.database.owner(lambda tx: corporate_numbers.import_list(tx, content, bar.update))
    _print(dataclasses.asdict(taken))


@corporatenumber.command("show")
def corporatenumber_show(number: Annotated[str, typer.Argument(help="13 digits.")]) -> None:
    """Say what the list says of a number; exit 1 if it is not in it."""
    with _platform() as keys:
        found = keys.database.owner(lambda tx: corporate_numbers.look_up(tx, [number])).get(number)
    if found is None:
        typer.echo("renkei: The list has no such number.", err=True)
        raise typer.Exit(1)
    said = {
        name: str(value) if isinstance(value, date) else value
        for name, value in dataclasses.asdict(found).items()
    }
    _print(said)


# -- account --------------------------------------------------------------------------------------------------------


@account.command("add")
def account_add(
    operator_id: OperatorId,
    email: Email,
    role: Annotated[Role, typer.Option(help="The role in this company.")],
    password_stdin: PasswordStdin = False,
    mandate: Annotated[
        str | None, typer.Option(help="A consultant's contract, by its name or number.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Last day of the role (YYYY-MM-DD, UTC).")] = None,
) -> None:
    """Give a person a role in a company; again for a further company or role (the password then stays as it was)."""
    password, valid_until = _password(given=password_stdin), _end_of(until)
    with _platform() as keys:
        added, made = registry.add_account(
            keys, email, operator_id, role.value, password, mandate=mandate, valid_until=valid_until
        )
    _print(
        {
            "account_id": added.account_id,
            "email": added.email,
            "operator_id": operator_id,
            "role": role.value,
            "password_set": made,
            "mandate": mandate,
            "valid_until": valid_until,
        }
    )


@account.command("list")
def account_list() -> None:
    """List all accounts with their roles, one JSON object a line."""
    with _platform() as keys:
        for found in registry.list_accounts(keys):
            _print(dataclasses.asdict(found))


@account.command("password")
def account_password(email: Email, password_stdin: PasswordStdin = False) -> None:
    """Set another password (of staff too); ends the person's sessions and a lock."""
    password = _password(given=password_stdin)
    with _platform() as keys:
        registry.set_password(keys, email, password)
    _print({"email": email, "password_set": True})


@account.command("disable")
def account_disable(email: Email) -> None:
    """Close an account until it is enabled; its tokens stop at once."""
    with _platform() as keys:
        registry.disable_account(keys, email)
    _print({"email": email, "state": "disabled"})


@account.command("enable")
def account_enable(email: Email) -> None:
    """Open a disabled or locked account."""
    with _platform() as keys:
        registry.enable_account(keys, email)
    _print({"email": email, "state": "active"})


@account.command("revoke")
def account_revoke(
    operator_id: OperatorId,
    email: Email,
    role: Annotated[Role | None, typer.Option(help="Only this role; default: all in this company.")] = None,
) -> None:
    """Take a person's role, or all roles, in one company away."""
    with _platform() as keys:
        taken = registry.revoke_roles(keys, email, operator_id, role.value if role is not None else None)
    _print({"email": email, "operator_id": operator_id, "roles_revoked": taken})


# -- staff ----------------------------------------------------------------------------------------------------------


@staff.command("add")
def staff_add(email: Email, password_stdin: PasswordStdin = False) -> None:
    """Make an account of the platform's staff, which sees no company's values."""
    password = _password(given=password_stdin)
    with _platform() as keys:
        added = registry.add_staff(keys, email, password)
    _print({"account_id": added.account_id, "email": added.email, "staff": True})


@staff.command("list")
def staff_list() -> None:
    """List the platform's staff, one JSON object a line."""
    with _platform() as keys:
        for found in registry.list_accounts(keys, staff=True):
            _print(dataclasses.asdict(found))


@staff.command("disable")
def staff_disable(email: Email) -> None:
    """Close a staff account until it is enabled."""
    with _platform() as keys:
        registry.disable_account(keys, email, staff=True)
    _print({"email": email, "state": "disabled"})


@staff.command("enable")
def staff_enable(email: Email) -> None:
    """Open a disabled or locked staff account."""
    with _platform() as keys:
        registry.enable_account(keys, email, staff=True)
    _print({"email": email, "state": "active"})


@staff.command("revoke")
def staff_revoke(email: Email) -> None:
    """End a person's work for the platform."""
    with _platform() as keys:
        registry.revoke_staff(keys, email)
    _print({"email": email, "state": "disabled", "staff": False})


# -- apikey ---------------------------------------------------------------------------------------------------------


@apikey.command("add")
def apikey_add(
    application: Annotated[str, typer.Option(help="Name of the application.")],
    attribute: Annotated[Attribute, typer.Option(help="DataSpace and Traceability may ask systemAuth.")],
    cidr: Annotated[list[str], typer.Option(help="A network it calls from, IPv4 or IPv6; may be repeated.")],
    key: Annotated[
        str | None, typer.Option(help="A key of your own, 8 to 256 characters; default: a new one.")
    ] = None,
    operator_id: Annotated[
        list[UUID] | None, typer.Option("--operator", help="A company it may act for; may be repeated.")
    ] = None,
    all_operators: Annotated[
        bool,
        typer.Option("--all-operators", help="It may act for every company whose person's token it brings."),
    ] = False,
    component_scope: Annotated[
        Scope,
        typer.Option(
            help="rest: declared components are inputs beside the lines; whole: everything is included."
        ),
    ] = Scope.REST,
) -> None:
    """Let an application in. The key is shown this once."""
    draft = ApiKeyDraft(
        application_name=application,
        attribute=attribute.value,
        networks=tuple(cidr),
        operators=tuple(dict.fromkeys(operator_id or ())),
        all_operators=all_operators,
        component_scope=component_scope.value,
        key=key,
    )
    with _platform() as keys:
        added, secret = registry.add_api_key(keys, draft)
    _print({**dataclasses.asdict(added), "api_key": secret})


@apikey.command("list")
def apikey_list() -> None:
    """List all applications, one JSON object a line; never a key."""
    with _platform() as keys:
        for found in registry.list_api_keys(keys):
            _print(dataclasses.asdict(found))


@apikey.command("disable")
def apikey_disable(api_key_id: Annotated[UUID, typer.Argument()]) -> None:
    """Keep an application out until it is enabled."""
    with _platform() as keys:
        registry.disable_api_key(keys, api_key_id)
    _print({"api_key_id": api_key_id, "state": "disabled"})


@apikey.command("enable")
def apikey_enable(api_key_id: Annotated[UUID, typer.Argument()]) -> None:
    """Let a disabled application in again."""
    with _platform() as keys:
        registry.enable_api_key(keys, api_key_id)
    _print({"api_key_id": api_key_id, "state": "active"})


@apikey.command("revoke")
def apikey_revoke(api_key_id: Annotated[UUID, typer.Argument()]) -> None:
    """Keep an application out for good."""
    with _platform() as keys:
        registry.revoke_api_key(keys, api_key_id)
    _print({"api_key_id": api_key_id, "state": "revoked"})


# -- signingkey -----------------------------------------------------------------------------------------------------


@signingkey.command("rotate")
def signingkey_rotate(
    compromised: Annotated[
        bool,
        typer.Option(
            "--compromised", help="The former keys stop at once: everybody logs in or refreshes again."
        ),
    ] = False,
) -> None:
    """Make a new key for access tokens; nobody is logged out."""
    with _platform() as keys:
        _print({"key_id": keys.rotate(compromised=compromised)})


@signingkey.command("list")
def signingkey_list() -> None:
    """List the public keys that count now, one JSON object a line."""
    with _platform() as keys:
        for found in keys.jwks()["keys"]:
            _print(found)


# -- inside ---------------------------------------------------------------------------------------------------------


@contextmanager
def _platform() -> Iterator[AccessKeys]:
    """The database of the settings, up to date, and the secrets of this installation."""
    settings = load_settings()
    branches = (COMMONS, *(Branch(use_case.name, use_case.migrations) for use_case in use_cases()))
    with opened(settings, branches=branches, size=2, application_name="renkei-cli") as database:
        yield AccessKeys(database, _box(settings))


def _box(settings: Settings) -> SecretBox:
    master_key = settings.master_key.get_secret_value() if settings.master_key is not None else None
    return open_secret_box(master_key, settings.data_dir)


def _move_operator(operator_id: UUID, state: OperatorState) -> None:
    with _platform() as keys:
        _print(_operator(keys.database.owner(lambda tx: set_operator_state(tx, operator_id, state))))


def _operator(found: Operator) -> dict[str, Any]:
    described = dataclasses.asdict(found)
    del described["operator_key"]
    return described


def _password(*, given: bool) -> str:
    """The first line of standard input, without its line end."""
    if not given:
        raise typer.BadParameter("give the password on standard input and say --password-stdin")
    return sys.stdin.readline().rstrip("\r\n")


def _end_of(day: str | None) -> datetime | None:
    """The end of a day, UTC."""
    if day is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise typer.BadParameter("a day is written YYYY-MM-DD", param_hint="--until") from None


def _print(value: dict[str, Any]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)

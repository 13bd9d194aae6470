"""One file that holds everything: the database, the files and the keys; and the way back on an empty machine.

The archive is a plain tar file (POSIX.1-2001 pax) of mode 0600, since it holds secrets:

    database.dump     pg_dump's custom format: schema, rows, owners, grants, row-level security
    witness.jsonl     the heads of the ledger that are kept outside of the database, if there are any
    files/…  keys/…   the folders of the same names in the data folder
    manifest.json     last: product version, Alembic heads, time, roles, and SHA-256 and size of every other member

The witness is copied first, then the database is dumped, then the files are read. A head is witnessed only after it
was committed, so the dumped database is never older than its witness; a row is committed only after its file is durable,
so every file that a dumped row names is there.

A witness that is there already when an archive is restored stays as it is: it is what tells that the database was set
back, and its newer heads must not be forgotten.

`restore` checks every hash before it changes anything, and accepts only regular files below the two folders.
The hashes find damage. They do not prove who made the archive: whoever can write one can also write its manifest,
and a restored dump may run any SQL. Restore only what you kept yourself.

**Row-level security.** `pg_dump` refuses to dump a table with forced row-level security for a role that the
policies bind, the owner included. On the embedded server the superuser dumps and restores. On another server the
role in the database URL needs `BYPASSRLS` (or superuser) for a backup. For a restore it needs `CREATEROLE` if roles
are missing, and superuser if some object belongs to another role than the database's owner: PostgreSQL hands such
an object over before it restores the grants that would allow it.
"""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from renkei.database import embedded
from renkei.database._archive import (
    DUMP,
    FOLDERS,
    FORMAT,
    WITNESS,
    BackupError,
    Manifest,
    Membership,
    Role,
    copy_private,
    pack,
    unpack,
)

__all__ = ["BackupError", "BackupSummary", "backup", "restore"]

# transaction_timeout came with PostgreSQL 17; pg_restore of 17 and later sets it on any server.
FIRST_WITH_TRANSACTION_TIMEOUT = 170000


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSummary:
    """What is in an archive. `witness`: whether the ledger's witness is; after a restore, whether it was brought back."""

    archive: Path
    size_bytes: int
    files: int
    witness: bool
    product_version: str
    alembic_heads: tuple[str, ...]
    taken_at: datetime


def backup(data_dir: Path, database_url: str, target: Path, *, witness: Path | None = None) -> BackupSummary:
    """Write everything to the new file `target`; it appears under its name only when it is complete.

    `witness` is the file of the ledger's heads outside of the database; it need not exist yet.

    Raises `BackupError` if `target` exists, the role may not see all rows, or the database cannot be dumped.
    """
    if target.exists():
        raise BackupError(f"{target} exists already; a backup never overwrites one. Choose another name.")
    url = _url_for_everything(data_dir, database_url)
    target.absolute().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".renkei-backup-", dir=target.absolute().parent) as folder:
        manifest = _describe(url)
        seen = Path(folder) / WITNESS
        if witness is not None and witness.exists():
            copy_private(witness, seen)
        dump = Path(folder) / DUMP
        _run("pg_dump", url, "--format=custom", "--no-password", "--lock-wait-timeout=60s", f"--file={dump}")
        unfinished = Path(folder) / "archive.tar"
        pack(data_dir, dump, seen if seen.exists() else None, manifest, unfinished)
        try:
            os.link(unfinished, target)  # unlike a rename this cannot replace an archive made meanwhile
        except FileExistsError:
            raise BackupError(f"{target} exists already; choose another name.") from None
        except OSError:  # a file system without hard links
            unfinished.replace(target)
    return _summary(target, manifest, witness=WITNESS in manifest["members"])


def restore(
    archive: Path, data_dir: Path, database_url: str, *, witness: Path | None = None
) -> BackupSummary:
    """Bring everything in `archive` back into an empty database and an empty data folder.

    The witness of the archive goes to `witness`, unless there is one already: that stays.
    Ownership and grants are kept; roles that are missing are created, none of which can log in.
    Raises `BackupError` if the archive is damaged or unsafe, if there is anything already, or if the database
    refuses; database and data folder are then as empty as before (a role that was created stays).
    """
    url = _url_for_everything(data_dir, database_url)
    for name in FOLDERS:
        if (data_dir / name).is_dir() and any((data_dir / name).iterdir()):
            raise BackupError(f"{data_dir / name} is not empty. Restore into a data folder without {name}.")
    _refuse_database_in_use(url)
    data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".renkei-restore-", dir=data_dir) as folder:
        staged = Path(folder)
        manifest = unpack(archive, staged)
        moved = [name for name in FOLDERS if (staged / name).is_dir()]
        # Folders first: a database without its keys would look complete and answer wrongly.
        for name in moved:
            if (data_dir / name).is_dir():
                (data_dir / name).rmdir()
            (staged / name).rename(data_dir / name)
        try:
            _restore_database(url, _login_of(database_url), staged / DUMP, manifest)
        except BaseException:
            for name in moved:
                (data_dir / name).rename(staged / name)
            raise
        brought = witness is not None and (staged / WITNESS).exists() and not witness.exists()
        if witness is not None and brought:
            copy_private(staged / WITNESS, witness)
    return _summary(archive, manifest, witness=brought)


def _url_for_everything(data_dir: Path, database_url: str) -> str:
    """The superuser's URL if `database_url` is on the embedded server of `data_dir`, else `database_url` itself."""
    url = _plain(database_url)
    if embedded.status(data_dir) != "running":
        return url
    given, own = conninfo_to_dict(url), conninfo_to_dict(embedded.database_url(data_dir))
    if given.get("host") != own.get("host"):
        return url
    return embedded.superuser_url(data_dir, str(given.get("dbname", "renkei")))


def _describe(url: str) -> Manifest:
    """The manifest without its members. Raises `BackupError` if the role would not see every row."""
    with _connect(url) as connection:
        bound = connection.execute(
            """SELECT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user), current_user,
                      EXISTS (SELECT FROM pg_class WHERE relrowsecurity)"""
        ).fetchone()
        if bound is not None and not bound[0] and bound[2]:
            raise BackupError(
                f"The role {bound[1]} is bound by row-level security, so a backup by it would be incomplete."
                f" Let an administrator run `ALTER ROLE {bound[1]} BYPASSRLS`, or name a role that has it."
            )
        heads: list[str] = []
        found = connection.execute(
            """SELECT nspname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
               WHERE relname = 'alembic_version' AND relkind = 'r'"""
        ).fetchall()
        for (schema,) in found:
            table = sql.Identifier(schema, "alembic_version")
            heads += [
                row[0] for row in connection.execute(sql.SQL("SELECT version_num FROM {}").format(table))
            ]
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        # pg_shdepend knows every role that this database cannot be restored without.
        roles = connection.execute(
            """SELECT DISTINCT r.oid, rolname, rolinherit, rolbypassrls
               FROM pg_shdepend d JOIN pg_roles r ON r.oid = d.refobjid
               WHERE d.refclassid = 'pg_authid'::regclass AND NOT rolsuper
                 AND (d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                      OR d.classid = 'pg_database'::regclass AND d.objid =
                         (SELECT oid FROM pg_database WHERE datname = current_database()))
               ORDER BY rolname"""
        ).fetchall()
        memberships = connection.execute(
            """SELECT r.rolname, m.rolname, bool_or(admin_option)
               FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member
               WHERE a.roleid = ANY(%(roles)s) AND a.member = ANY(%(roles)s)
               GROUP BY 1, 2 ORDER BY 1, 2""",
            {"roles": [row[0] for row in roles]},
        ).fetchall()
        return Manifest(
            format=FORMAT,
            product_version=importlib.metadata.version("renkei"),
            server_version=connection.info.server_version,
            alembic_heads=sorted(heads),
            taken_at=datetime.now(UTC).isoformat(),
            owner=owner[0] if owner else "",
            roles=[
                Role(name=name, inherit=inherit, bypass_row_security=free) for _, name, inherit, free in roles
            ],
            memberships=[
                Membership(role=role, member=member, admin=admin) for role, member, admin in memberships
            ],
            members={},
        )


def _refuse_database_in_use(url: str) -> None:
    with _connect(url) as connection:
        found = connection.execute(
            """SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
               WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspname !~ '^pg_(toast|temp)'
                 AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass
                                 AND objid = c.oid AND deptype = 'e')"""
        ).fetchone()
        schemas = connection.execute(
            """SELECT nspname FROM pg_namespace
               WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')"""
        ).fetchall()
    if schemas or found != (0,):
        raise BackupError(
            "The database is not empty, and a restore never overwrites anything."
            " Restore before the first start of the service, or name an empty database in RENKEI_DATABASE_URL."
        )


def _restore_database(url: str, login: str, dump: Path, manifest: Manifest) -> None:
    """Missing roles, then everything else in one transaction, then who may act as whom.

    `login` takes the place of the role that owned the database where the backup was made.
    """
    with _connect(url) as connection:
        mine = connection.info.user
        for role in manifest["roles"]:
            name = sql.Identifier(role["name"])
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role["name"],)).rowcount:
                rights = sql.SQL("NOLOGIN {} {}").format(
                    sql.SQL("INHERIT" if role["inherit"] else "NOINHERIT"),
                    sql.SQL("BYPASSRLS" if role["bypass_row_security"] else ""),
                )
                _change(connection, sql.SQL("CREATE ROLE {} {}").format(name, rights))
            may = connection.execute(
                "SELECT pg_has_role(current_user, %s, 'USAGE')", (role["name"],)
            ).fetchone()
            if may != (True,):
                # What is restored is handed to its owner; only somebody who may act as that owner can do so.
                _change(connection, sql.SQL("GRANT {} TO {}").format(name, sql.Identifier(mine)))
            if role["name"] == manifest["owner"] != login:
                database = sql.Identifier(connection.info.dbname)
                _change(connection, sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(database, name))
        knows_timeout = connection.info.server_version >= FIRST_WITH_TRANSACTION_TIMEOUT
    if knows_timeout:
        options = ("--exit-on-error", "--single-transaction", "--no-password")
        _run("pg_restore", url, *options, f"--dbname={_name_of(url)}", str(dump))
    else:
        _restore_by_script(url, dump)
    grants = {
        (entry["role"], login if entry["member"] == manifest["owner"] else entry["member"], entry["admin"])
        for entry in manifest["memberships"]
    }
    if manifest["owner"] in {role["name"] for role in manifest["roles"]}:
        grants.add((manifest["owner"], login, False))
    with _connect(url) as connection:
        for role_name, member, admin in sorted(grants):
            right = "MEMBER WITH ADMIN OPTION" if admin else "MEMBER"
            has = connection.execute(
                "SELECT pg_has_role(%s::name, %s::name, %s)", (member, role_name, right)
            ).fetchone()
            if role_name != member and has != (True,):
                option = sql.SQL(" WITH ADMIN OPTION" if admin else "")
                grant = sql.SQL("GRANT {} TO {}").format(sql.Identifier(role_name), sql.Identifier(member))
                _change(connection, grant + option)


def _restore_by_script(url: str, dump: Path) -> None:
    """For a server older than the `pg_restore` at hand: as a script, without the one parameter it lacks."""
    script = dump.with_name("database.sql")
    _run("pg_restore", url, "--no-password", f"--file={script}", str(dump))
    older = dump.with_name("database-older.sql")
    with script.open("rb") as read, older.open("wb") as write:
        in_preamble = True  # the parameters stand before the first object; rows that look alike come later
        for line in read:
            in_preamble = in_preamble and not line.startswith(b"-- Name: ")
            if not (in_preamble and line.startswith(b"SET transaction_timeout")):
                write.write(line)
    options = ("--no-psqlrc", "--quiet", "--no-password", "--single-transaction", "--set=ON_ERROR_STOP=1")
    _run("psql", url, *options, "--output=/dev/null", f"--file={older}")


def _connect(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    """Raises `BackupError` if the database does not answer."""
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=30)
    except psycopg.OperationalError as error:
        raise BackupError(f"The database cannot be reached: {error}") from error


def _change(connection: psycopg.Connection[tuple[Any, ...]], statement: sql.Composed) -> None:
    try:
        connection.execute(statement)
    except psycopg.Error as error:
        raise BackupError(
            f"The database refused `{statement.as_string(connection)}`: {error}"
            " Restore with a role that has CREATEROLE, or let an administrator create the role."
        ) from error


def _run(program: str, url: str, *arguments: str) -> None:
    """Run a PostgreSQL client. The address and the password go through the environment, where `ps` shows nothing."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    given = conninfo_to_dict(url)
    for option in psycopg.pq.Conninfo.get_defaults():
        value = given.get(option.keyword.decode())
        if value is not None and option.envvar:
            environment[option.envvar.decode()] = str(value)
    command = [str(embedded.find_programs() / program), *arguments]
    done = subprocess.run(
        command, env=environment, capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[-2000:]
        raise BackupError(f"{program} failed: {said}")


def _plain(database_url: str) -> str:
    """Without SQLAlchemy's driver name."""
    return database_url.replace("postgresql+psycopg://", "postgresql://", 1)


def _login_of(database_url: str) -> str:
    with _connect(_plain(database_url)) as connection:
        return connection.info.user


def _name_of(url: str) -> str:
    with _connect(url) as connection:
        return connection.info.dbname


def _summary(archive: Path, manifest: Manifest, *, witness: bool) -> BackupSummary:
    return BackupSummary(
        archive=archive,
        size_bytes=archive.stat().st_size,
        files=sum(name not in {DUMP, WITNESS} for name in manifest["members"]),
        witness=witness,
        product_version=manifest["product_version"],
        alembic_heads=tuple(manifest["alembic_heads"]),
        taken_at=datetime.fromisoformat(manifest["taken_at"]),
    )

"""Backup and restore: everything comes back, also elsewhere; nothing damaged, unsafe or overwriting is accepted."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import stat
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from renkei.database import embedded
from renkei.database._installation import named_unprivileged_uid
from renkei.database._postmaster import run_as
from renkei.database.backup import BackupError, backup, restore

FAST = {"fsync": "off"}
DEBIAN = Path("/usr/lib/postgresql/15/bin")

SCHEMA = """
CREATE ROLE renkei_app NOLOGIN;
CREATE ROLE renkei_ledger NOLOGIN;
GRANT renkei_app, renkei_ledger TO renkei_owner;
CREATE SCHEMA commons;
CREATE TABLE commons.alembic_version (version_num text);
INSERT INTO commons.alembic_version VALUES ('commons_0001');
CREATE TABLE commons.part (part_key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, operator text, name text);
INSERT INTO commons.part (operator, name) VALUES ('A', '部品'), ('B', E'tab\\there'), ('B', 'SET transaction_timeout = 0;');
ALTER TABLE commons.part ENABLE ROW LEVEL SECURITY;
ALTER TABLE commons.part FORCE ROW LEVEL SECURITY;
CREATE POLICY mine ON commons.part TO renkei_app USING (operator = current_setting('renkei.operator', true));
GRANT USAGE ON SCHEMA commons TO renkei_app, renkei_ledger;
GRANT SELECT, INSERT ON commons.part TO renkei_app;
"""
# Owned by another role than the rest.
FUNCTION = """
GRANT CREATE ON SCHEMA commons TO renkei_ledger;
CREATE FUNCTION commons.next_leaf() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 7';
ALTER FUNCTION commons.next_leaf() OWNER TO renkei_ledger;
"""


@pytest.fixture
def data_dirs(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """`data_dirs("a")` is a data folder with a running embedded server."""
    made: list[Path] = []

    def make(name: str) -> Path:
        made.append(tmp_path / name)
        embedded.start(tmp_path / name, settings=FAST)
        return tmp_path / name

    yield make
    for folder in made:
        embedded.destroy(folder)


def fill(data_dir: Path) -> None:
    with psycopg.connect(embedded.database_url(data_dir), autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
    for name, content in {
        "files/ab/abcd": b"certificate",
        "files/ee/eeff": b"",
        "keys/signing.pem": b"secret",
    }.items():
        path = data_dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def parts_seen_by(url: str, operator: str) -> list[str]:
    """What the application's role sees as `operator`: row-level security and grants at work."""
    with psycopg.connect(url) as connection:
        connection.execute("SET LOCAL ROLE renkei_app")
        connection.execute("SELECT set_config('renkei.operator', %s, true)", (operator,))
        return [row[0] for row in connection.execute("SELECT name FROM commons.part ORDER BY part_key")]


def owners(url: str) -> dict[str, str]:
    query = """SELECT relname, pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'part'
               UNION SELECT proname, pg_get_userbyid(proowner) FROM pg_proc WHERE proname = 'next_leaf'"""
    with psycopg.connect(url) as connection:
        return dict(connection.execute(query).fetchall())


def expect_everything(data_dir: Path, url: str, owner: str) -> None:
    assert parts_seen_by(url, "A") == ["部品"]
    assert parts_seen_by(url, "B") == ["tab\there", "SET transaction_timeout = 0;"]
    assert parts_seen_by(url, "C") == []
    assert owners(url).pop("part") == owner
    with psycopg.connect(url) as connection:
        forced = connection.execute(
            "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'part'"
        ).fetchone()
        assert forced == (True,)
        connection.execute("SET LOCAL ROLE renkei_app")
        connection.execute("SELECT set_config('renkei.operator', 'A', true)")
        key = connection.execute(
            "INSERT INTO commons.part (operator) VALUES ('A') RETURNING part_key"
        ).fetchone()
        assert key == (4,)  # the sequence goes on after the three
        connection.rollback()
    assert (data_dir / "files/ab/abcd").read_bytes() == b"certificate"
    assert (data_dir / "files/ee/eeff").read_bytes() == b""
    assert (data_dir / "keys/signing.pem").read_bytes() == b"secret"
    assert stat.S_IMODE((data_dir / "keys").stat().st_mode) == 0o700
    assert stat.S_IMODE((data_dir / "keys/signing.pem").stat().st_mode) == 0o600


def rewrite(archive: Path, change: Callable[[dict[str, bytes]], None], target: Path) -> Path:
    """A copy of `archive` whose members (name to content) were changed."""
    with tarfile.open(archive) as file:
        members = {entry.name: file.extractfile(entry).read() for entry in file}  # type: ignore[union-attr]
    change(members)
    with tarfile.open(target, "w") as file:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            file.addfile(entry, io.BytesIO(content))
    return target


def test_everything_comes_back_on_an_empty_machine(data_dirs: Callable[[str], Path], tmp_path: Path) -> None:
    old = data_dirs("old")
    fill(old)
    with psycopg.connect(embedded.database_url(old), autocommit=True) as connection:
        connection.execute(FUNCTION)
    target = tmp_path / "kept" / "backup.tar"
    made = backup(old, embedded.database_url(old), target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in target.parent.iterdir()] == ["backup.tar"]
    assert (made.files, made.alembic_heads, made.size_bytes) == (3, ("commons_0001",), target.stat().st_size)
    embedded.stop(old)

    new = data_dirs("new")
    restored = restore(target, new, embedded.database_url(new))
    assert restored == made
    expect_everything(new, embedded.database_url(new), "renkei_owner")
    assert owners(embedded.database_url(new)) == {"part": "renkei_owner", "next_leaf": "renkei_ledger"}
    assert sorted(path.name for path in new.iterdir()) == ["files", "keys", "postgres"]
    # What was restored can be backed up and restored again.
    again = backup(new, embedded.database_url(new), tmp_path / "again.tar")
    assert again.files == 3
    with pytest.raises(BackupError, match=r"files is not empty"):
        restore(target, new, embedded.database_url(new))
    shutil.rmtree(new / "files")
    shutil.rmtree(new / "keys")
    with pytest.raises(BackupError, match="database is not empty"):
        restore(target, new, embedded.database_url(new))
    assert not (new / "files").exists()


def test_backup_never_overwrites(data_dirs: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "there.tar").write_bytes(b"older")
    data_dir = data_dirs("old")
    with pytest.raises(BackupError, match="exists already"):
        backup(data_dir, embedded.database_url(data_dir), tmp_path / "there.tar")
    assert (tmp_path / "there.tar").read_bytes() == b"older"


def test_damaged_and_unsafe_archives_are_refused_and_change_nothing(
    data_dirs: Callable[[str], Path], tmp_path: Path
) -> None:
    data_dir = data_dirs("data")
    fill(data_dir)
    url = embedded.database_url(data_dir)
    good = tmp_path / "good.tar"
    backup(data_dir, url, good)
    with psycopg.connect(embedded.superuser_url(data_dir, "postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE renkei")
        connection.execute("CREATE DATABASE renkei OWNER renkei_owner")
    shutil.rmtree(data_dir / "files")
    shutil.rmtree(data_dir / "keys")

    def with_manifest(change: Callable[[dict[str, object]], None]) -> Callable[[dict[str, bytes]], None]:
        def apply(members: dict[str, bytes]) -> None:
            manifest = json.loads(members["manifest.json"])
            change(manifest)
            members["manifest.json"] = json.dumps(manifest).encode()

        return apply

    def first_member_named(name: str) -> Callable[[dict[str, bytes]], None]:
        def apply(members: dict[str, bytes]) -> None:
            rest = dict(members)
            members.clear()
            members[name] = b"x"
            members.update(rest)

        return apply

    changes: dict[str, Callable[[dict[str, bytes]], None]] = {
        "another key": lambda members: members.update({"keys/signing.pem": b"forged"}),
        "a file too few": lambda members: members.pop("files/ab/abcd") and None,
        "a file too many": first_member_named("files/more"),
        "no dump": lambda members: members.pop("database.dump") and None,
        "no manifest": lambda members: members.pop("manifest.json") and None,
        "manifest not JSON": lambda members: members.update({"manifest.json": b"\xff{"}),
        "manifest a list": lambda members: members.update({"manifest.json": b"[]"}),
        "manifest without roles": with_manifest(lambda manifest: manifest.pop("roles")),
        "manifest of tomorrow": with_manifest(lambda manifest: manifest.update(format=3)),
        "up and out": first_member_named("files/../../out"),
        "absolute": first_member_named("/tmp/out"),
        "elsewhere": first_member_named("postgres/place.json"),
        "a folder's own name": first_member_named("files"),
    }
    archives = {
        name: rewrite(good, change, tmp_path / f"{number}.tar")
        for number, (name, change) in enumerate(changes.items())
    }
    archives["cut short"] = tmp_path / "cut.tar"
    archives["cut short"].write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    archives["no tar at all"] = tmp_path / "no.tar"
    archives["no tar at all"].write_bytes(b"hello" * 1000)
    archives["missing"] = tmp_path / "missing.tar"
    archives["a link"] = tmp_path / "link.tar"
    with tarfile.open(archives["a link"], "w") as file:
        entry = tarfile.TarInfo("files/link")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        file.addfile(entry)
    for name, archive in archives.items():
        with pytest.raises(BackupError, match=r"\.tar"):  # the sentence names the archive
            restore(archive, data_dir, url)
        assert [path.name for path in data_dir.iterdir()] == ["postgres"], name
    restore(good, data_dir, url)  # it was the archives, not the place
    expect_everything(data_dir, url, "renkei_owner")


def test_dump_that_does_not_restore_leaves_everything_empty(
    data_dirs: Callable[[str], Path], tmp_path: Path
) -> None:
    """A damaged dump whose hash fits (a disk that lied when the backup was made) is rolled back."""
    data_dir = data_dirs("data")
    fill(data_dir)
    good = tmp_path / "good.tar"
    backup(data_dir, embedded.database_url(data_dir), good)

    def spoil(members: dict[str, bytes]) -> None:
        dump = members["database.dump"] = members["database.dump"][:-200]
        manifest = json.loads(members["manifest.json"])
        manifest["members"]["database.dump"] = {"sha256": hashlib.sha256(dump).hexdigest(), "size": len(dump)}
        members["manifest.json"] = json.dumps(manifest).encode()

    spoilt = rewrite(good, spoil, tmp_path / "spoilt.tar")
    new = data_dirs("new")
    with pytest.raises(BackupError, match="pg_restore failed"):
        restore(spoilt, new, embedded.database_url(new))
    assert [path.name for path in new.iterdir()] == ["postgres"]
    restore(good, new, embedded.database_url(new))
    expect_everything(new, embedded.database_url(new), "renkei_owner")


def test_other_server_needs_bypass_for_a_backup(data_dirs: Callable[[str], Path], tmp_path: Path) -> None:
    """Another server, here played by an embedded one seen from a strange data folder."""
    old = data_dirs("old")
    fill(old)
    url = embedded.database_url(old)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(old / "files", elsewhere / "files")
    shutil.copytree(old / "keys", elsewhere / "keys")
    with pytest.raises(BackupError, match="ALTER ROLE renkei_owner BYPASSRLS"):
        backup(elsewhere, url, tmp_path / "backup.tar")
    with psycopg.connect(embedded.superuser_url(old), autocommit=True) as connection:
        connection.execute("ALTER ROLE renkei_owner BYPASSRLS")
    backup(elsewhere, url, tmp_path / "backup.tar")

    new = data_dirs("new")
    restore(tmp_path / "backup.tar", tmp_path / "restored", embedded.database_url(new))
    expect_everything(tmp_path / "restored", embedded.database_url(new), "renkei_owner")


def test_owner_of_another_name_takes_over(data_dirs: Callable[[str], Path], tmp_path: Path) -> None:
    """From the embedded server to one whose login role has another name: that role may act as the old owner."""
    old, new = data_dirs("old"), data_dirs("new")
    fill(old)
    backup(old, embedded.database_url(old), tmp_path / "backup.tar")
    with psycopg.connect(embedded.superuser_url(new, "postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE renkei")
        connection.execute("DROP ROLE renkei_owner")
        connection.execute("CREATE ROLE company LOGIN CREATEROLE PASSWORD 'known'")
        connection.execute("CREATE DATABASE linked OWNER company")
    url = psycopg.conninfo.make_conninfo(
        embedded.superuser_url(new, "linked"), user="company", password="known"
    )
    restore(tmp_path / "backup.tar", tmp_path / "restored", url)
    expect_everything(tmp_path / "restored", url, "renkei_owner")
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE commons.part ADD COLUMN later int")


@pytest.mark.skipif(not (DEBIAN / "postgres").exists(), reason="PostgreSQL 15 of Debian is not installed")
def test_to_and_from_an_older_server(data_dirs: Callable[[str], Path], tmp_path: Path) -> None:
    """The clients of 18 against a server of 15: restore from the embedded one, back up, restore again."""
    old = data_dirs("old")
    fill(old)
    backup(old, embedded.database_url(old), tmp_path / "backup.tar")
    uid = named_unprivileged_uid() if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="renkei-15-"))
    if uid is not None:
        os.chown(folder, uid, uid)
    try:
        done = run_as(
            uid, [str(DEBIAN / "initdb"), "-D", f"{folder}/c", "-U", "postgres", "-E", "UTF8", "--locale=C"]
        )
        assert done.returncode == 0, done.stderr
        options = f"-c listen_addresses= -c fsync=off -k {folder}"
        done = run_as(
            uid,
            [
                str(DEBIAN / "pg_ctl"),
                "start",
                "-w",
                "-D",
                f"{folder}/c",
                "-l",
                f"{folder}/log",
                "-o",
                options,
            ],
        )
        assert done.returncode == 0, done.stdout
        with psycopg.connect(host=str(folder), user="postgres", port=5432, autocommit=True) as connection:
            connection.execute("CREATE ROLE renkei_owner LOGIN CREATEROLE BYPASSRLS")
            connection.execute("CREATE DATABASE renkei OWNER renkei_owner")
        url = f"host={folder} port=5432 user=renkei_owner dbname=renkei"
        restore(tmp_path / "backup.tar", tmp_path / "restored", url)
        backup(tmp_path / "restored", url, tmp_path / "from15.tar")
        expect_everything(tmp_path / "restored", url, "renkei_owner")
        new = data_dirs("new")
        restore(tmp_path / "from15.tar", new, embedded.database_url(new))
        expect_everything(new, embedded.database_url(new), "renkei_owner")
    finally:
        run_as(uid, [str(DEBIAN / "pg_ctl"), "stop", "-m", "immediate", "-D", f"{folder}/c"])
        shutil.rmtree(folder)


def test_password_never_stands_in_arguments(
    data_dirs: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever lists processes sees no password; nor does a `PG…` variable of the caller lead the client astray."""
    data_dir = data_dirs("data")
    seen: list[list[str]] = []
    run = subprocess.run

    def note(command: list[str], **options: object) -> object:
        seen.append(command)
        return run(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr("renkei.database.backup.subprocess.run", note)
    monkeypatch.setenv("PGPASSWORD", "another")
    backup(data_dir, embedded.database_url(data_dir), tmp_path / "backup.tar")
    secrets = [
        (data_dir / "postgres" / f"{role}.secret").read_text("ascii") for role in ("postgres", "renkei_owner")
    ]
    assert seen
    assert not any(secret in argument for command in seen for argument in command for secret in secrets)

"""The how-to pages: their commands run as they stand, in order, on a machine that has nothing yet.

A block marked `sh run` is run; one marked `sh serve` starts a server, which is asked whether it is ready.
"""

from __future__ import annotations

import json
import os
import re
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from uuid import UUID

import httpx2
import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from psycopg import sql

from renkei.client import ApiKey, Client, Login
from renkei.database import embedded
from tests.acceptance.test_demo import free_port

PAGES = Path(__file__).parents[2] / "docs" / "howto"
START_SECONDS = 60


class Machine:
    """A folder with a data folder in it, and a shell that finds `renkei`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        commands = folder / "bin"
        commands.mkdir()
        (commands / "renkei").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m renkei.cli "$@"\n')
        (commands / "renkei").chmod(0o755)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("RENKEI_")},
            "PATH": f"{commands}:{os.environ['PATH']}",
            "RENKEI_DATA_DIR": str(self.data_dir),
            "HOME": str(folder),
        }

    def run(self, script: str) -> list[dict[str, object]]:
        """Run a block; the JSON objects it printed."""
        done = subprocess.run(
            ["/bin/sh", "-eu", "-c", script],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, f"{script}\n{done.stderr}"
        return [json.loads(line) for line in done.stdout.splitlines()]

    @contextmanager
    def serving(self, script: str, url: str, tls: ssl.SSLContext | bool = True) -> Iterator[None]:
        """Run a block that serves, until it is ready; end it behind the `with`."""
        with (self.folder / "serve.log").open("w") as log_file:
            running = subprocess.Popen(
                ["/bin/sh", "-eu", "-c", f"exec {script}"],
                cwd=self.folder,
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=log_file,
            )
        try:
            deadline = time.monotonic() + START_SECONDS
            while not self._is_ready(url, tls):
                log = (self.folder / "serve.log").read_text()
                assert running.poll() is None, log
                assert time.monotonic() < deadline, log
                time.sleep(0.1)
            yield
        finally:
            running.terminate()
            assert running.wait(60) in {0, -15}

    @staticmethod
    def _is_ready(url: str, tls: ssl.SSLContext | bool) -> bool:
        try:
            return httpx2.get(f"{url}/readyz", verify=tls).status_code == 200
        except httpx2.TransportError:
            return False


def blocks(page: str, kind: str) -> list[str]:
    """The blocks of a page that are marked with `kind`."""
    return re.findall(rf"^```{kind}\n(.*?)^```", (PAGES / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture
def machine(tmp_path):
    found = Machine(tmp_path)
    yield found
    for data_dir in (found.data_dir, tmp_path / "restored"):
        embedded.destroy(data_dir)


@pytest.mark.timeout(240)
def test_a_first_start_then_a_backup_and_its_restoration(machine):
    (registration,), (serve,) = blocks("start.md", "sh run"), blocks("start.md", "sh serve")
    operator, account, application = machine.run(registration)
    assert (operator["name"], account["role"]) == ("B社", "admin")
    url = f"http://127.0.0.1:{free_port()}"
    with machine.serving(f"{serve.strip()} --port {url.rsplit(':', 1)[1]}", url):
        login = Login(email="user@example.com", password="Choose#Another1")
        with Client(url, login) as person:
            found = person.operators.me().operator
            assert found is not None
            assert str(found.operator_id) == operator["operator_id"]
        key = ApiKey(key=str(application["api_key"]), operator_id=found.operator_id)
        with Client(url, key) as program:
            assert program.operators.me().operator == found

    backup, restore = blocks("back-up-and-restore.md", "sh run")
    machine.run(backup)
    *_, status, drill = machine.run(restore)
    assert status["current"] is True
    assert drill["ok"] is True
    (kept,) = machine.run('RENKEI_DATA_DIR="$PWD/restored" renkei operator list')
    assert kept["operator_id"] == operator["operator_id"]


@pytest.mark.timeout(240)
def test_another_master_key(machine):
    (registration,) = blocks("start.md", "sh run")
    operator, _, application = machine.run(registration)
    ring = machine.data_dir / "keys" / "master.key"
    former = ring.read_text()
    begin, reseal, end = blocks("change-the-master-key.md", "sh run")
    machine.run(begin)
    assert ring.read_text().split()[1:] == former.split()
    (found,) = machine.run(reseal)
    assert found["access"] >= 1
    assert machine.run(reseal) == [{"files": 0, "access": 0, "ledger": 0, "unreadable": 0}]
    machine.run(end)
    assert len(ring.read_text().split()) == 1
    url = f"http://127.0.0.1:{free_port()}"
    with machine.serving(f"renkei serve --port {url.rsplit(':', 1)[1]}", url):
        # The secret behind API keys opens with the new key alone.
        key = ApiKey(key=str(application["api_key"]), operator_id=UUID(str(operator["operator_id"])))
        with Client(url, key) as program:
            assert program.operators.me().operator is not None


@pytest.mark.timeout(240)
def test_with_tls(machine):
    certificate(machine.folder)
    (serve,) = blocks("serve-with-tls.md", "sh serve")
    assert "--host 0.0.0.0 --port 8443" in serve
    port = free_port()
    serve = serve.replace("--host 0.0.0.0 --port 8443", f"--host 127.0.0.1 --port {port}")
    trusted = ssl.create_default_context(cafile=machine.folder / "fullchain.pem")
    with machine.serving(serve.strip(), f"https://127.0.0.1:{port}", trusted):
        pass


@pytest.mark.timeout(240)
def test_with_another_postgresql(machine, server_url):
    name = f"howto_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        (block,) = blocks("use-another-postgresql.md", "sh run")
        written = "postgresql://renkei:choose%20another@db.example.com/renkei"
        assert written in block
        *_, status = machine.run(block.replace(written, f"'{address(server_url, name)}'"))
        assert status["current"] is True
        assert not (machine.data_dir / "postgres").exists()
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def address(server_url: str, database: str) -> str:
    """The server's address as a URL that names another database."""
    from urllib.parse import quote

    given = psycopg.conninfo.conninfo_to_dict(server_url)
    user, password = quote(str(given["user"]), safe=""), quote(str(given.get("password", "")), safe="")
    host, port = quote(str(given["host"]), safe=""), given.get("port", 5432)
    return f"postgresql://{user}:{password}@/{database}?host={host}&port={port}"


def certificate(folder: Path) -> None:
    """A certificate for 127.0.0.1 that signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )

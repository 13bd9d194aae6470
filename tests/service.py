"""A real `renkei serve` in processes of its own, driven through the command line and over HTTP only."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

KEY = "fault-suite-key"
PASSWORD = "Fault!Suite1"
START_SECONDS = 120


class Refused(Exception):
    """An answer that is not a 2xx, or no answer at all (status 0)."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(f"{status} {text[:500]}")


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_url(conninfo: str) -> str:
    """The same address of a database in the form that settings take."""
    parts = {name: quote(str(value), safe="") for name, value in conninfo_to_dict(conninfo).items()}
    login = f"{parts['user']}:{parts['password']}@" if "password" in parts else f"{parts['user']}@"
    return f"postgresql://{login}/{parts['dbname']}?host={parts['host']}&port={parts.get('port', '5432')}"


@dataclass
class Service:
    """The server of one data folder: started, killed, started again."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    token: str = ""
    operator_id: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    python: str = sys.executable
    user_id: int | None = None
    """As whom it runs, if not as the tests do."""

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "RENKEI_DATA_DIR": str(self.data_dir), "PYTHONUNBUFFERED": "1", **self.extra}

    def command(self, *arguments: str, stdin: str = "") -> dict[str, Any]:
        """Run one `renkei` command and return the JSON object it prints."""
        [answer] = self.lines(*arguments, stdin=stdin)
        return answer

    def lines(self, *arguments: str, stdin: str = "", code: int = 0) -> list[dict[str, Any]]:
        """Run one `renkei` command that ends with `code`, and return the JSON objects it prints, one a line."""
        done = subprocess.run(
            [self.python, "-m", "renkei.cli", *arguments],
            input=stdin,
            env=self.environment,
            cwd=self.data_dir,
            **self._as_user(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == code, f"renkei {' '.join(arguments)}: {done.stderr[-2000:]}"
        return [json.loads(line) for line in done.stdout.splitlines()]

    def register(self, name: str, open_operator_id: str) -> str:
        """One operator with an account and (the first time) an application key; returns its id."""
        operator = self.command(
            "operator",
            "add",
            "--name",
            name,
            "--address",
            "Tokyo",
            "--open-operator-id",
            open_operator_id,
            "--sandbox",
        )
        operator_id = str(operator["operator_id"])
        self.command(
            "account", "add", "--operator", operator_id, "--email", f"{open_operator_id.lower()}@example.com",
            "--role", "admin", "--password-stdin", stdin=PASSWORD,
        )  # fmt: skip
        if not self.operator_id:
            self.operator_id = operator_id
            self.command(
                "apikey", "add", "--application", "fault", "--attribute", "Application", "--cidr", "127.0.0.0/8",
                "--key", KEY, "--all-operators",
            )  # fmt: skip
        return operator_id

    def _as_user(self) -> dict[str, Any]:
        if self.user_id is None:
            return {}
        return {"user": self.user_id, "group": self.user_id, "extra_groups": []}

    def start(self, *options: str) -> None:
        """Start the server with a worker beside it, and wait until it is ready."""
        self.launch("--with-worker", *options)
        self.wait_ready()

    def launch(self, *options: str) -> None:
        """Start the server as a session of its own."""
        with (self.data_dir / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.python, "-m", "renkei.cli", "serve", "--port", str(self.port), *options],
                env=self.environment,
                cwd=self.data_dir,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self._as_user(),
            )

    @contextmanager
    def beside(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """Another `renkei` command as a process of its own for the time of a `with`, then SIGTERM."""
        with (self.data_dir / "beside.log").open("ab") as log:
            process = subprocess.Popen(
                [self.python, "-m", "renkei.cli", *arguments],
                env=self.environment,
                cwd=self.data_dir,
                stdout=log,
                stderr=subprocess.STDOUT,
                **self._as_user(),
            )
        try:
            yield process
        finally:
            process.terminate()
            assert process.wait(timeout=60) == 0

    @property
    def log(self) -> str:
        """What the server has said so far."""
        return (self.data_dir / "serve.log").read_text(errors="replace")

    def wait_ready(self) -> None:
        """Wait until `/readyz` says yes."""
        deadline = time.monotonic() + START_SECONDS
        last = ""
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                break
            try:
                self.call("GET", "/readyz")
            except Refused as refused:
                last = str(refused)
                time.sleep(0.05)
            else:
                return
        raise AssertionError(f"not ready after {START_SECONDS} s: {last}\n{self.log[-3000:]}")

    def kill(self) -> None:
        """SIGKILL the server with all its processes; the database is left alone."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM, as a service manager does; returns the exit code."""
        if self.process is None or self.process.poll() is not None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def login(self, email: str) -> str:
        """An access token over the Ouranos door."""
        answer = self.call(
            "POST",
            "/auth/login",
            {"operatorAccountId": email, "accountPassword": PASSWORD},
            headers={"apiKey": KEY},
        )
        return str(answer["accessToken"])

    def call(
        self, method: str, target: str, body: object = None, *, headers: dict[str, str] | None = None
    ) -> Any:
        """One HTTP exchange; raises `Refused` for anything but a 2xx with a readable body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(
                method,
                target,
                body=None if body is None else json.dumps(body),
                headers={"Content-Type": "application/json", **(headers or {})},
            )
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise Refused(0, repr(error)) from error
        finally:
            connection.close()
        if not 200 <= answer.status < 300:
            raise Refused(answer.status, text)
        return json.loads(text) if text.strip().startswith(("{", "[")) else text

    def ouranos(self, method: str, target: str, body: object = None) -> Any:
        """One exchange at the Ouranos door with key and token."""
        return self.call(
            method, target, body, headers={"apiKey": KEY, "Authorization": f"Bearer {self.token}"}
        )

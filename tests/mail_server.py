"""A mail server that takes letters on this machine, and that a test can bend."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any


class MailServer:
    """What it was handed; which addresses it refuses, and whether it hangs up on everybody."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.taken: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.hangs_up = False

    @property
    def settings(self) -> dict[str, Any]:
        """The settings by which a server sends through it."""
        return {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.port,
            "smtp_security": "none",
            "mail_sender": "renkei@platform.example",
        }

    def for_(self, address: str) -> list[str]:
        """The texts that came for an address, in order."""
        return [one.get_content() for one in self.taken if one["To"] == address]


@contextmanager
def open_mail_server() -> Iterator[MailServer]:
    """One on a free port of the loopback (RFC 5321, as far as a client needs it)."""

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if server.hangs_up:
                return
            self._say("220 here")
            while line := self.rfile.readline().decode().rstrip("\r\n"):
                verb = line[:4].upper()
                if verb == "RCPT" and line.partition("<")[2].rpartition(">")[0] in server.refused:
                    self._say("550 no such mailbox")
                elif verb == "DATA":
                    self._say("354 go on")
                    server.taken.append(self._letter())
                    self._say("250 taken")
                elif verb == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 fine")

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def _letter(self) -> EmailMessage:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line[1:] if line.startswith(b".") else line)
            found = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
            assert isinstance(found, EmailMessage)
            return found

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as listening:
        listening.daemon_threads = True
        server = MailServer(listening.server_address[1])
        thread = threading.Thread(target=listening.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()

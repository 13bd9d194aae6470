"""Names of files, and addresses of files."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from renkei.commons.edge.transfers import disposition
from renkei.commons.files.errors import FileNameRefused, FileTypeRefused, FileUrlRefused
from renkei.commons.files.rules import name_and_extension
from renkei.commons.files.urls import Right, check_url, signed_url
from renkei.kit.secret_box import SecretBox

ALLOWED = frozenset({"pdf", "txt"})


class TestNames:
    @pytest.mark.parametrize(
        ("name", "extension", "kept"),
        [
            ("証明書.pdf", "pdf", "証明書.pdf"),
            ("report", "pdf", "report.pdf"),
            ("report.PDF", None, "report.PDF"),
            ("report.pdf", ".PDF", "report.pdf"),
            ("page.html", "pdf", "page.html.pdf"),
            ("../../etc/passwd", "txt", "passwd.txt"),
            ("C:\\Users\\x\\report.pdf", "pdf", "report.pdf"),
            ("a\u202efdp.exe", "pdf", "afdp.exe.pdf"),
            ('a"b\r\n;c.pdf', "pdf", "a_b;c.pdf"),
            ("か\u3099.pdf", "pdf", "が.pdf"),
            (" . x .pdf", "pdf", "x .pdf"),
        ],
    )
    def test_what_is_kept(self, name, extension, kept):
        assert name_and_extension(name, extension, ALLOWED)[0] == kept

    @pytest.mark.parametrize("name", ["", "..", "/", "\u202e", "x" * 252 + ".pdf"])
    def test_what_cannot_be_a_name(self, name):
        with pytest.raises(FileNameRefused):
            name_and_extension(name, "pdf", ALLOWED)

    @pytest.mark.parametrize(
        ("name", "extension"), [("x.html", None), ("x", None), ("x.pdf", "html"), ("x.pdf", "")]
    )
    def test_types_that_are_not_taken(self, name, extension):
        with pytest.raises(FileTypeRefused):
            name_and_extension(name, extension, ALLOWED)

    def test_a_header_holds_any_name(self):
        quoted = "%E8%A8%BC%22%E6%98%8E%3B%E6%9B%B8.pdf"
        assert disposition('証"明;書.pdf') == f"attachment; filename=\"_____.pdf\"; filename*=UTF-8''{quoted}"


class TestAddresses:
    BOX = SecretBox([bytes(range(32))])
    NOW = datetime(2026, 4, 1, tzinfo=UTC)
    RIGHT = Right(method="GET", file_id=UUID(int=1), operator_id=UUID(int=2), trade_id=UUID(int=3))

    def token(self, **changed):
        url = signed_url(
            self.BOX, "https://x.test", replace(self.RIGHT, **changed), now=self.NOW, seconds=300
        )
        return parse_qs(urlsplit(url).query)["token"][0]

    def test_it_is_good_for_its_time(self):
        check_url(self.BOX, self.RIGHT, self.token(), now=self.NOW + timedelta(seconds=299))
        with pytest.raises(FileUrlRefused):
            check_url(self.BOX, self.RIGHT, self.token(), now=self.NOW + timedelta(seconds=300))

    @pytest.mark.parametrize(
        "changed",
        [
            {"method": "PUT"},
            {"file_id": UUID(int=9)},
            {"operator_id": UUID(int=9)},
            {"trade_id": UUID(int=9)},
            {"trade_id": None},
        ],
    )
    def test_it_is_good_for_one_thing(self, changed):
        with pytest.raises(FileUrlRefused):
            check_url(self.BOX, replace(self.RIGHT, **changed), self.token(), now=self.NOW)

    def test_a_later_expiry_written_into_it_is_noticed(self):
        expiry, _, mac = self.token().partition(".")
        for token in (f"{int(expiry) + 1}.{mac}", f"{expiry}.{mac[:-1]}", "", ".", f"+{expiry}.{mac}"):
            with pytest.raises(FileUrlRefused):
                check_url(self.BOX, self.RIGHT, token, now=self.NOW)

    def test_another_installation_gives_out_other_addresses(self):
        with pytest.raises(FileUrlRefused):
            check_url(SecretBox([b"x" * 32]), self.RIGHT, self.token(), now=self.NOW)

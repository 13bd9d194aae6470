from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from renkei.settings import PREFIX, Settings, SettingsError, load_settings

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.upper().startswith(PREFIX):
            monkeypatch.delenv(name)


def test_everything_has_a_default_and_the_defaults_fit() -> None:
    settings = load_settings()
    assert settings.database_pool_size >= settings.threads
    assert settings.database_url is None
    assert settings.base_url == "http://127.0.0.1:8000"


def test_the_environment_is_read_and_the_command_line_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENKEI_PORT", "9000")
    monkeypatch.setenv("RENKEI_CORS_ORIGINS", "https://a.example, https://b.example:8443")
    monkeypatch.setenv("RENKEI_DATABASE_URL", "")
    assert load_settings().port == 9000
    assert load_settings(port=9001).port == 9001
    assert load_settings().cors_origins == ("https://a.example", "https://b.example:8443")
    assert load_settings().database_url is None


def test_the_data_folder_follows_the_desktop_standard(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert load_settings().data_dir == tmp_path / "renkei"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert load_settings().data_dir == Path.home() / ".local" / "share" / "renkei"
    monkeypatch.setenv("RENKEI_DATA_DIR", "~/mine")
    assert load_settings().data_dir == Path.home() / "mine"


def test_settings_do_not_change_while_running() -> None:
    with pytest.raises(ValidationError):
        load_settings().port = 1  # type: ignore[misc]


def test_every_wrong_variable_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENKEI_PORT", "99999")
    monkeypatch.setenv("RENKEI_LOG_LEVEL", "loud")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["RENKEI_PORT", "RENKEI_LOG_LEVEL"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RENKEI_DATABASE_URL", "mysql://user:secret-word@host/x"),
        ("RENKEI_CORS_ORIGINS", "*"),
        ("RENKEI_CORS_ORIGINS", "https://a.example/path"),
        ("RENKEI_CORS_ORIGINS", "https://a.example:port"),
        ("RENKEI_PUBLIC_BASE_URL", "https://a.example/"),
        ("RENKEI_JSON_DEPTH_LIMIT", "100000"),
    ],
)
def test_a_wrong_value_is_told_without_repeating_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as caught:
        load_settings()
    assert "secret-word" not in str(caught.value)
    assert caught.value.__context__ is None


def test_pool_and_threads_must_fit() -> None:
    with pytest.raises(SettingsError, match="at least threads"):
        load_settings(threads=20, database_pool_size=10)


def test_a_direct_address_needs_the_pooled_one() -> None:
    with pytest.raises(SettingsError, match="needs database_url"):
        load_settings(database_direct_url="postgresql://h/x")


def test_secrets_do_not_show() -> None:
    settings = load_settings(database_url="postgresql://user:secret-word@h/x", master_key="secret-word")
    assert "secret-word" not in repr(settings)


def test_an_unknown_flag_is_refused() -> None:
    with pytest.raises(SettingsError, match="RENKEI_PRT"):
        load_settings(prt=1)


def test_every_number_has_its_unit_in_the_name_or_counts_something() -> None:
    units = (
        "_seconds",
        "_milliseconds",
        "_ms",
        "_hours",
        "_days",
        "_bytes",
        "_characters",
        "_limit",
        "_size",
        "_attempts",
    )
    counted = {
        "port",
        "smtp_port",
        "mail_digest_hour",
        "threads",
        "event_attempts",
        "login_failures_before_lock",
        "login_failures_per_minute_per_address",
        "files_per_certificate",
        "ledger_head_leaves",
        "requests_per_second_per_operator",
        "request_burst_per_operator",
        "imports_per_operator",
    }
    for name, field in Settings.model_fields.items():
        assert field.description, name
        if field.annotation in {int, float}:
            assert name.endswith(units) or name in counted, name

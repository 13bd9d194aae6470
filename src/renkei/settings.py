"""Every setting, in one class, read once at start and passed in.

The environment variable is the field's name in capitals behind `RENKEI_` (`port` is `RENKEI_PORT`).
An empty variable counts as absent. Lists are separated by commas. Units stand in the names, reasons in the descriptions.
`docs/reference/settings.md` is generated from this class by `make docs`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX: Final = "RENKEI_"

_MB: Final = 1_000_000


class SettingsError(Exception):
    """The settings cannot be used. The message has one line for each variable; it never repeats a value."""


def _user_data_dir() -> Path:
    """XDG Base Directory Specification, section 3: `$XDG_DATA_HOME`, else `~/.local/share`; relative paths are ignored."""
    base = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".local" / "share") / "renkei"


def _setting(group: str, default: object, why: str, **bounds: Any) -> Any:
    return Field(default, description=why, json_schema_extra={"group": group}, **bounds)


_PLACE: Final = "Place and address"
_DATABASE: Final = "Database"
_WORK: Final = "Requests at work"
_BODIES: Final = "Sizes of what is sent"
_ACCESS: Final = "Access"
_DOORS: Final = "Doors"
_FILES: Final = "Files"
_SHEETS: Final = "Spreadsheets"
_QUOTAS: Final = "Quotas of one operator"
_EVENTS: Final = "Events and retention"
_MAIL: Final = "Mail"
_LEDGER: Final = "Ledger"
_SEEING: Final = "Logs and figures"


def _is_protected(address: str) -> bool:
    """Whether what is sent there is protected on its way: https, or this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    )


MailSecurity = Literal["starttls", "tls", "none"]


class Settings(BaseSettings):
    """All settings of this installation. Frozen: a change is a restart."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True, hide_input_in_errors=True
    )

    data_dir: Path = Field(
        default_factory=_user_data_dir,
        description="Holds the embedded database, the files and the keys. Back it up.",
        json_schema_extra={
            "group": _PLACE,
            "shown_default": "$XDG_DATA_HOME/renkei, else ~/.local/share/renkei",
        },
    )
    host: str = _setting(
        _PLACE, "127.0.0.1", "Address to listen on; only this machine unless you say otherwise."
    )
    port: int = _setting(_PLACE, 8000, "TCP port to listen on.", ge=1, le=65535)
    public_base_url: str | None = _setting(
        _PLACE,
        None,
        "Address by which others reach this server, without a slash at the end; it stands in signed URLs and in the "
        "issuer of tokens. Without it, http:// with host and port.",
    )
    master_key: SecretStr | None = _setting(
        _PLACE,
        None,
        "Keys of 32 bytes in base64 that seal secrets and files, the current one first, older ones behind it. "
        "Without it, keys/master.key in the data folder, made on first start.",
    )
    default_language: Literal["ja", "en"] = _setting(
        _PLACE, "en", "Language of sentences for those who ask for neither ja nor en."
    )

    database_url: SecretStr | None = _setting(
        _DATABASE,
        None,
        "PostgreSQL 15 or newer, for instance postgresql://user:password@host/renkei; may go through PgBouncer in "
        "transaction mode. Without it, the embedded PostgreSQL in the data folder.",
    )
    database_direct_url: SecretStr | None = _setting(
        _DATABASE,
        None,
        "The same database without a pooler between, for advisory locks, LISTEN and migrations. "
        "Without it, database_url.",
    )
    database_pool_size: int = _setting(
        _DATABASE,
        16,
        "Connections of one process. At least as many as threads, so that no request holds a thread while it waits "
        "for a connection; times the number of processes it must stay below max_connections.",
        ge=1,
        le=500,
    )
    database_pool_wait_seconds: float = _setting(
        _DATABASE,
        5.0,
        "Longest wait for a connection; then the answer is 503, not a pile of waiting requests.",
        gt=0,
    )
    statement_timeout_ms: int = _setting(
        _DATABASE,
        30_000,
        "Longest run of one SQL statement of a request, so that a runaway query ends.",
        ge=100,
    )
    lock_timeout_ms: int = _setting(
        _DATABASE,
        5_000,
        "Longest wait for a row that another request is changing; then the answer is 503.",
        ge=10,
    )

    threads: int = _setting(
        _WORK,
        16,
        "Requests that one process works on at once. Requests mostly wait for the database: several times the "
        "number of cores.",
        ge=1,
        le=500,
    )
    renkei_after_wait_seconds: float = _setting(
        _WORK,
        2.0,
        "How long a read with Renkei-After waits for what was written before; then it answers stale: true.",
        ge=0,
        le=30,
    )
    live_seconds: float = _setting(
        _WORK,
        55.0,
        "How long a page listens for something new before it asks anew: below the 60 s after which a proxy ends a quiet "
        "connection.",
        ge=0,
        le=3_600,
    )
    live_pages_limit: int = _setting(
        _WORK,
        2_000,
        "Most pages that listen at one process; further ones learn of something new when they are loaded.",
        ge=0,
    )
    idempotency_hours: int = _setting(
        _WORK,
        24,
        "How long an Idempotency-Key is remembered: longer than any client repeats a request.",
        ge=1,
    )
    drain_seconds: float = _setting(
        _WORK,
        20.0,
        "After SIGTERM, time for running requests to end; below the 30 s after which most supervisors kill.",
        ge=0,
    )

    ouranos_body_limit_bytes: int = _setting(
        _BODIES, 25 * _MB, "Largest body at the Ouranos door; its contract says 25 MB.", ge=1_000
    )
    v1_body_limit_bytes: int = _setting(
        _BODIES,
        10 * _MB,
        "Largest body under /v1 beside bulk and files; a structure of 10,000 lines is 2 MB.",
        ge=1_000,
    )
    bulk_line_limit_bytes: int = _setting(
        _BODIES,
        1 * _MB,
        "Longest line of a bulk registration (one part with its structure); bounds memory.",
        ge=1_000,
    )
    bulk_size_limit_bytes: int = _setting(
        _BODIES,
        1_000 * _MB,
        "Largest bulk registration as a whole: about a million parts with their structures. It lies in a temporary file "
        "until it is checked.",
        ge=1_000,
    )
    json_depth_limit: int = _setting(
        _BODIES, 32, "Deepest nesting of a JSON body; our own bodies have at most 6 levels.", ge=8, le=200
    )

    answer_memory_bytes: int = _setting(
        _BODIES,
        64 * _MB,
        "Pieces of answers that one process keeps, so that what did not change is not put together anew: 50,000 requests "
        "received, or the footprints of 100,000 parts. What was kept first goes first.",
        ge=0,
    )

    access_token_seconds: int = _setting(
        _ACCESS,
        3_600,
        "Life of an access token, which cannot be called back; the Ouranos contract says 3600.",
        ge=60,
    )
    signing_key_days: int = _setting(
        _ACCESS,
        90,
        "Age at which a worker makes a new key for signing access tokens; the former goes on verifying until its last "
        "token has expired, so nobody is logged out.",
        ge=1,
    )
    refresh_token_days: int = _setting(
        _ACCESS, 30, "Life of a /v1 refresh token or web session without use; each use gives a new one.", ge=1
    )
    ouranos_refresh_token_days: int = _setting(
        _ACCESS, 14, "Life of a refresh token of the Ouranos contract, which is used again and again.", ge=1
    )
    login_failures_before_lock: int = _setting(
        _ACCESS,
        10,
        "Wrong passwords in a row before an account is locked for a while, against guessing.",
        ge=3,
    )
    login_failures_per_minute_per_address: int = _setting(
        _ACCESS,
        60,
        "Wrong passwords from one network address in a minute, over all processes and accounts, before the answer is 429: "
        "against trying one password with many accounts. An application that logs in for many people shares one address.",
        ge=1,
    )
    lock_seconds: int = _setting(
        _ACCESS,
        900,
        "How long such a lock lasts; short, since anyone can cause it who knows an address.",
        ge=1,
    )
    web_idle_seconds: int = _setting(
        _ACCESS,
        7_200,
        "A person who does nothing at the pages for so long must sign in again: about a long meeting.",
        ge=60,
    )
    password_min_characters: int = _setting(
        _ACCESS,
        8,
        "Shortest password of a new account, or one set for it: the least that NIST SP 800-63B allows; it asks for 15 where "
        "the password is all there is. The password change of the Ouranos contract has its own rule, 8 to 20.",
        ge=8,
        le=64,
    )
    ouranos_forwarded_for: Literal["peer", "second_from_right"] = _setting(
        _ACCESS,
        "peer",
        "Where the client's address is read for the networks of an API key: from the connection, or, behind one load "
        "balancer, from the second entry from the right of X-Forwarded-For. Anyone can forge the header unless such "
        "a balancer is really in front.",
    )

    cors_origins: Annotated[tuple[str, ...], NoDecode] = _setting(
        _DOORS,
        ("http://localhost:3000",),
        "Origins whose pages may call this server with credentials; never *.",
    )
    front_page_dir: Path | None = _setting(
        _DOORS,
        None,
        "Folder of a static front page (such as the reference's sample client) to serve on this origin.",
    )
    front_page_by_xhr_header: bool = _setting(
        _DOORS,
        False,
        "Where a page and an API path have the same address, answer requests with X-Requested-With: xhr as the API and "
        "all others with the page.",
    )
    front_page_api_key: SecretStr | None = _setting(
        _DOORS,
        None,
        "API key of the front page: counts for requests with X-Requested-With: xhr that bring an empty one, as the "
        "proxy in front of the reference does. Its networks should be as narrow as the front page's users allow.",
    )

    file_size_limit_bytes: int = _setting(
        _FILES, 20 * _MB, "Largest uploaded file (a scanned certificate has about 5 MB).", ge=1_000
    )
    file_extensions: Annotated[tuple[str, ...], NoDecode] = _setting(
        _FILES,
        (
            "txt",
            "csv",
            "pdf",
            "doc",
            "docx",
            "odt",
            "ppt",
            "pptx",
            "odp",
            "xls",
            "xlsx",
            "ods",
            "jpeg",
            "jpg",
            "bmp",
            "gif",
            "png",
            "zip",
        ),
        "Types of files that may be uploaded: those of the Ouranos contract, nothing that a browser would run.",
    )
    files_per_operator_limit: int = _setting(
        _FILES, 100_000, "Most files of one operator; a certificate for each of 100,000 parts.", ge=1
    )
    file_bytes_per_operator_limit: int = _setting(
        _FILES,
        100_000 * _MB,
        "Most bytes of one operator, so that none fills the disk of all; 20,000 scanned certificates.",
        ge=1_000,
    )
    file_reservation_hours: int = _setting(
        _FILES,
        24,
        "How long an announced file may wait for its bytes; much longer than its address is good for.",
        ge=1,
    )
    files_per_certificate: int = _setting(_FILES, 100, "The Ouranos contract says at most 100.", ge=1, le=100)
    signed_url_seconds: int = _setting(
        _FILES,
        300,
        "Life of an upload or download address: whoever has it may use it, so not long.",
        ge=10,
        le=86_400,
    )

    spreadsheet_size_limit_bytes: int = _setting(
        _SHEETS,
        30 * _MB,
        "Largest workbook or text file to import; 300,000 lines of a bill of materials as CSV.",
        ge=1_000,
    )
    spreadsheet_rows_limit: int = _setting(
        _SHEETS,
        200_000,
        "Most rows of one file: the bill of materials of a whole vehicle is below; more come as NDJSON.",
        ge=1,
    )
    spreadsheet_cells_limit: int = _setting(
        _SHEETS, 4_000_000, "Most cells of one file, about 100 bytes each while it is read.", ge=1
    )
    spreadsheet_unpacked_limit_bytes: int = _setting(
        _SHEETS,
        300 * _MB,
        "To how much a workbook may unpack: 180 kB can open to 120 MB, an honest one has ten times its size.",
        ge=1_000,
    )
    spreadsheet_memory_bytes: int = _setting(
        _SHEETS,
        1_500 * _MB,
        "Memory of the process that opens one workbook; a workbook that needs more ends it, and nothing else.",
        ge=100 * _MB,
    )
    spreadsheet_seconds: int = _setting(
        _SHEETS, 60, "Processor time of that process; 200,000 rows take some 10 s.", ge=1
    )
    spreadsheets_open_limit: int = _setting(
        _SHEETS,
        2,
        "Workbooks that one process of the server opens at once: times their memory, this must be there.",
        ge=1,
    )
    watch_dir: Path | None = _setting(
        _SHEETS,
        None,
        "Folder in which a worker looks for files to take in: <operator id>/bom and <operator id>/activities. Whoever may "
        "write there acts as an editor of that company. Without it, nothing is watched.",
    )
    watch_interval_seconds: float = _setting(
        _SHEETS, 30.0, "How often a worker looks into the watched folder.", gt=0
    )
    export_rows_limit: int = _setting(
        _SHEETS,
        300_000,
        "Most rows of one export of everything; it is made in memory, some 300 MB then.",
        ge=1,
    )
    imports_waiting_limit: int = _setting(
        _SHEETS,
        20,
        "Uploads of one operator that may wait for a confirmation; each holds its file in the database.",
        ge=1,
    )
    import_keep_hours: int = _setting(
        _SHEETS,
        72,
        "How long an upload waits for its confirmation before its content is deleted: over a weekend.",
        ge=1,
    )
    parts_per_operator_limit: int = _setting(
        _QUOTAS, 1_000_000, "Most parts of one operator; a car maker's whole catalogue is below.", ge=1
    )
    requests_per_second_per_operator: float = _setting(
        _QUOTAS, 200.0, "Lasting rate of one operator, over all processes; beyond it the answer is 429.", gt=0
    )
    request_burst_per_operator: int = _setting(
        _QUOTAS,
        400,
        "Requests that may come at once above the rate, since a page asks for many things together.",
        ge=1,
    )
    rates_settle_seconds: float = _setting(
        _QUOTAS,
        0.5,
        "How often a process tells the others what each operator has asked of it; until then each admits a burst of its "
        "own. The lasting rate holds as long as this is below burst / rate, 2 s by default.",
        gt=0,
        le=60,
    )
    bulk_rows_limit: int = _setting(
        _QUOTAS,
        1_000_000,
        "Most lines of one bulk registration; larger ones in several, so that others get turns.",
        ge=1,
    )
    imports_per_operator: int = _setting(
        _QUOTAS,
        1,
        "Bulk registrations of one operator at once: one company's import never delays others.",
        ge=1,
    )

    factors_per_set_limit: int = _setting(
        _QUOTAS,
        20_000,
        "Most emission factors in one version of a company's own set; the large licensed databases have about 5,000.",
        ge=1,
    )
    analysis_nodes_limit: int = _setting(
        _QUOTAS,
        500_000,
        "Parts and answers in the graphs that a process keeps for contributions and what-if, about 1 kB each: "
        "those of the companies that used them last.",
        ge=1,
    )
    events_poll_milliseconds: int = _setting(
        _EVENTS, 500, "How often a worker looks for events that no LISTEN announced.", ge=10
    )
    event_attempts: int = _setting(
        _EVENTS,
        10,
        "Tries of an event's handler, ever farther apart, before it is put aside for a person.",
        ge=1,
    )
    events_stall_seconds: float = _setting(
        _EVENTS,
        60.0,
        "When events wait and none was read for so long, /readyz says no: longer than a worker takes to restart.",
        gt=0,
    )
    duties_interval_seconds: float = _setting(
        _EVENTS,
        30.0,
        "How often a worker looks for consents whose end has come: how much longer than agreed a value may be seen.",
        gt=0,
    )
    read_log_milliseconds: int = _setting(
        _EVENTS,
        400,
        "How long a server gathers who read what before it writes it: a provider sees it within a second.",
        ge=1,
        le=1_000,
    )
    read_log_retention_days: int = _setting(
        _EVENTS,
        1_096,
        "How long it is kept who read what: three years, as long as a provider may want to know whom a value has reached.",
        ge=1,
    )
    clearing_interval_seconds: float = _setting(
        _EVENTS,
        3_600.0,
        "How often what is past its retention is deleted: often enough that it is little each time.",
        gt=0,
    )
    event_retention_days: int = _setting(
        _EVENTS, 30, "How long handled events are kept: longer than any reader is away.", ge=1
    )
    notification_retention_days: int = _setting(
        _EVENTS, 400, "How long notifications are kept: a reporting year and a month.", ge=1
    )
    access_log_retention_days: int = _setting(
        _EVENTS, 400, "How long denied accesses and logins (personal data) are kept for an inquiry.", ge=1
    )

    administrators_need_factor: bool = _setting(
        _ACCESS,
        False,
        "Whether an administrator who has set up no second factor acts as editor and approver only, until there is one, and "
        "the platform's staff may open nothing but their own account.",
    )
    openid_issuer: str | None = _setting(
        _ACCESS,
        None,
        "Issuer (https://…) of an OpenID provider with which people may sign in too (with openid_client_id and "
        "openid_client_secret). Register the address /app/login/openid/return of this server there.",
    )
    openid_client_id: str | None = _setting(_ACCESS, None, "What the provider calls this server.")
    openid_client_secret: SecretStr | None = _setting(
        _ACCESS, None, "The secret by which the provider knows this server."
    )
    openid_name: str = _setting(
        _ACCESS, "OpenID", "What the provider is called on the page of sign-in, in every language."
    )
    openid_timeout_seconds: float = _setting(
        _ACCESS, 5.0, "How long the provider may take to answer.", gt=0, le=60
    )
    smtp_host: str | None = _setting(
        _MAIL,
        None,
        "Mail server for invitations and the daily mail (with mail_sender). Without it, no mail is sent; links are passed "
        "on by hand.",
    )
    smtp_port: int = _setting(_MAIL, 587, "Its TCP port.", ge=1, le=65535)
    smtp_security: MailSecurity = _setting(
        _MAIL,
        "starttls",
        "How the way to it is protected: starttls (port 587), tls from the first byte (465), or none, for a server on this "
        "machine.",
    )
    smtp_user: str | None = _setting(_MAIL, None, "Who sends, where the mail server asks.")
    smtp_password: SecretStr | None = _setting(_MAIL, None, "The password of smtp_user.")
    mail_sender: str | None = _setting(_MAIL, None, "From whom the mail is, such as renkei@example.com.")
    mail_digest_hour: int = _setting(
        _MAIL,
        8,
        "From which hour in Japan the mail of the day goes out, to everybody with something unread: at the beginning of "
        "the working day.",
        ge=0,
        le=23,
    )

    ledger_head_seconds: float = _setting(
        _LEDGER,
        1.0,
        "How often a head of the ledger is signed, whatever happens: how long a receipt is pending, and the same for "
        "busy and quiet times, so that heads do not tell when somebody was active.",
        gt=0,
        le=1,
    )
    ledger_head_leaves: int = _setting(
        _LEDGER,
        8,
        "Fewest leaves that a head adds, facts and padding together; with more facts 8, 64 … times as many. "
        "At one head a second, 8 are 22 MB a day.",
        ge=1,
        le=64,
    )
    ledger_head_retention_days: int = _setting(
        _LEDGER,
        35,
        "How long every head is kept; of older ones one an hour. Nothing is lost: later heads prove the same.",
        ge=1,
    )
    ledger_witness_file: Path | None = _setting(
        _LEDGER,
        None,
        "Append-only file to which every head is written as well; by it a database that was set back is noticed. Put "
        "it where whoever runs the database cannot change it. Without it, ledger/witness.jsonl in the data folder.",
    )
    ledger_key_overlap_days: int = _setting(
        _LEDGER,
        30,
        "How long a former key signs beside a new one, so that whoever keeps a key has time to learn the next.",
        ge=1,
    )

    metrics_enabled: bool = _setting(
        _SEEING, True, "Whether /metrics answers. It tells how busy the server is, never whose data."
    )
    log_level: Literal["debug", "info", "warning", "error"] = _setting(
        _SEEING, "info", "Least level that is written. No level writes payloads or secrets."
    )
    log_format: Literal["json", "console"] = _setting(
        _SEEING, "json", "JSON lines for machines, or aligned text for a person at a terminal."
    )

    @field_validator("cors_origins", "file_extensions", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if all(_is_origin(origin) for origin in value):
            return value
        message = "each must be an origin such as https://app.example.com: scheme and host, no path, no *"
        raise ValueError(message)

    @field_validator("file_extensions")
    @classmethod
    def _are_extensions(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value and all(one.isascii() and one.isalnum() and one == one.lower() for one in value):
            return value
        message = "each must be an extension in lower case without its dot, such as pdf"
        raise ValueError(message)

    @field_validator("mail_sender")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is None or (
            value.isascii() and value.isprintable() and " " not in value and value.count("@") == 1
        ):
            return value
        message = "must be a plain address such as renkei@example.com"
        raise ValueError(message)

    @field_validator("public_base_url")
    @classmethod
    def _is_base(cls, value: str | None) -> str | None:
        if value is None or (value.startswith(("http://", "https://")) and not value.endswith("/")):
            return value
        message = "must start with http:// or https:// and have no slash at the end"
        raise ValueError(message)

    @field_validator("database_url", "database_direct_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or value.get_secret_value().startswith(("postgresql://", "postgres://")):
            return value
        message = "must start with postgresql://"
        raise ValueError(message)

    @field_validator("data_dir", "front_page_dir", "ledger_witness_file", "watch_dir")
    @classmethod
    def _is_absolute(cls, value: Path | None) -> Path | None:
        return None if value is None else value.expanduser().absolute()

    @model_validator(mode="after")
    def _fit_each_other(self) -> Self:
        if self.database_pool_size < self.threads:
            message = "database_pool_size must be at least threads, or requests would wait for connections"
            raise ValueError(message)
        if (self.smtp_host is None) != (self.mail_sender is None):
            message = "smtp_host and mail_sender need each other"
            raise ValueError(message)
        if (
            len(
                {
                    one is None
                    for one in (self.openid_issuer, self.openid_client_id, self.openid_client_secret)
                }
            )
            > 1
        ):
            message = "openid_issuer, openid_client_id and openid_client_secret need each other"
            raise ValueError(message)
        if self.openid_issuer is not None and not _is_protected(self.openid_issuer):
            message = "openid_issuer must be an https address, or an http address of this machine"
            raise ValueError(message)
        if self.smtp_user is not None and self.smtp_security == "none":
            message = "smtp_user needs a protected way: a password is not sent in the clear"
            raise ValueError(message)
        if self.database_direct_url is not None and self.database_url is None:
            message = "database_direct_url needs database_url beside it"
            raise ValueError(message)
        return self

    @property
    def witness_file(self) -> Path:
        """Where heads of the ledger are kept outside of the database."""
        return self.ledger_witness_file or self.data_dir / "ledger" / "witness.jsonl"

    @property
    def base_url(self) -> str:
        """The address by which others reach this server."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_base_url or f"http://{host}:{self.port}"


def load_settings(**chosen: object) -> Settings:
    """The settings of the environment, with `chosen` (flags of the command line) over them.

    Raises `SettingsError`, which names every variable that is wrong and how.
    """
    try:
        return Settings(**chosen)  # type: ignore[arg-type]  # checked by pydantic
    except ValidationError as error:
        lines = [
            _line(fault["loc"], fault["msg"])
            for fault in error.errors(include_input=False, include_url=False)
        ]
    message = "\n".join(["These settings cannot be used:", *lines])
    raise SettingsError(message)


def _line(place: tuple[int | str, ...], message: str) -> str:
    name = PREFIX + str(place[0]).upper() if place else "settings together"
    return f"  {name}: {message.removeprefix('Value error, ')}"


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(parts.hostname)
        and text == f"{parts.scheme}://{parts.netloc}"
    )

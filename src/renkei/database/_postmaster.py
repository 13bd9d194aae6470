"""The server process: is it ours and alive, what keeps a new one from starting, launch it, stop it.

`postmaster.pid` outlives a server that was killed, and its number may since belong to another process.
So nothing here trusts the number alone: a process is our server only if its command line says so.
When it is not, the number in the file is replaced by one that no process can have. The file itself
stays, since its other lines let PostgreSQL see whether orphans of the killed server still use the old shared
memory; starting beside those would damage the data.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from renkei.database._installation import DatabaseStartError, Place, give_away, named_unprivileged_uid

# Linux numbers processes below 2^22 (proc(5), pid_max), others lower: nobody has this one.
IMPOSSIBLE_PID = 2**31 - 1
STOP_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
_PROC = Path("/proc")


def find_postmaster(place: Place) -> int | None:
    """The process id of the living server of this cluster, or None."""
    pid = _recorded_pid(place)
    return pid if pid is not None and is_postmaster(place, pid) else None


def is_postmaster(place: Place, pid: int) -> bool:
    """Whether process `pid` lives and was started as the server of this cluster."""
    arguments = _command_line(pid)
    return arguments[1:3] == ["-D", str(place.cluster)]


def exists(pid: int) -> bool:
    """Whether any living process (a zombie is none) has this number."""
    return bool("".join(_command_line(pid)))


def forget_dead_postmaster(place: Place) -> None:
    """Make `postmaster.pid` harmless if its process is gone, a zombie, or somebody else's by now."""
    pid = _recorded_pid(place)
    if pid is None or pid == IMPOSSIBLE_PID or is_postmaster(place, pid):
        return
    if os.getpid() == 1:  # the first process of a container: dead servers are ours to bury
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    path = place.cluster / "postmaster.pid"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    lines[0] = f"{IMPOSSIBLE_PID}\n"
    # Written in place: the file keeps its owner and mode.
    with path.open("r+", encoding="utf-8") as file:
        file.writelines(lines)
        file.truncate()


def end_orphans(place: Place, *, forcibly: bool) -> None:
    """Tell the orphaned children of a killed server to go: SIGQUIT, or SIGKILL if they did not listen.

    Only to be called when the server itself is dead; its shared memory is lost then anyhow.
    """
    title = f"postgres: {place.name}: "
    for pid in _every_pid():
        if " ".join(_command_line(pid)).startswith(title):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL if forcibly else signal.SIGQUIT)


def initialise(place: Place, programs: Path, superuser_password: str) -> None:
    """Run `initdb` beside the final folder and rename when complete: a cluster exists wholly or not at all.

    Raises `DatabaseStartError` with initdb's own words.
    """
    name = named_unprivileged_uid() if place.uid is not None else None
    with _fresh_folder(place, name) as folder:
        password_file = folder / "password"
        password_file.write_text(superuser_password + "\n", "ascii")
        password_file.chmod(0o600)
        if name is not None:
            os.chown(password_file, name, name)
        command = [str(programs / "initdb"), "-D", str(folder / "cluster"), "-U", "postgres", "-E", "UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--auth=scram-sha-256", f"--pwfile={password_file}", "--data-checksums"]
        done = run_as(name, command)
        if done.returncode:
            raise DatabaseStartError(
                f"The embedded database could not be set up in {place.home}: {done.stderr.strip()[-2000:]}"
                " initdb needs a writable folder and a user id that has a name (see `getent passwd`)."
            )
        # One line: over the private socket, with the password, and nothing else.
        (folder / "cluster" / "pg_hba.conf").write_text("local all all scram-sha-256\n", "ascii")
        if place.uid is not None:
            give_away(folder / "cluster", place.uid)
        (folder / "cluster").rename(place.cluster)


def launch(place: Place, programs: Path, settings: Mapping[str, str]) -> int:
    """Start the server detached from this process and return its process id; it is not ready yet.

    A shell starts it in the background and ends, so the server is a child of process 1, not of ours:
    it outlives us, and when it dies no zombie of ours keeps its process id in use.
    """
    command = [str(programs / "postgres"), "-D", str(place.cluster)]
    for key, value in settings.items():
        command += ["-c", f"{key}={value}"]
    script = 'log=$1; shift; "$@" </dev/null >"$log" 2>&1 & echo $!'
    done = run_as(place.uid, ["/bin/sh", "-c", script, "sh", str(place.start_log), *command])
    try:
        return int(done.stdout)
    except ValueError:
        raise DatabaseStartError(
            f"The embedded database could not be started: {done.stderr.strip()}"
        ) from None


def end(place: Place, pid: int, *, mode: str, within_seconds: float) -> None:
    """Ask the server to stop and wait until it is gone. Raises `DatabaseStartError` if it is not, in time."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, STOP_SIGNALS[mode])
    deadline = time.monotonic() + within_seconds
    while is_postmaster(place, pid):
        if time.monotonic() > deadline:
            raise DatabaseStartError(
                f"The embedded database (process {pid}) did not stop within {within_seconds:g} seconds"
                f" in mode `{mode}`. Close its clients, or stop it in mode `fast` or `immediate`."
            )
        time.sleep(0.02)


def tail_of_log(place: Place, *, characters: int = 2000) -> str:
    """The last words of the server's logs, for a message to a person."""
    words = []
    daily = sorted(place.log_dir.glob("postgresql-*.log"), key=lambda path: path.stat().st_mtime)
    for path in (place.start_log, *daily[-1:]):
        with contextlib.suppress(OSError):
            words.append(path.read_text("utf-8", "replace")[-characters:])
    return "\n".join(words).strip()


def run_as(uid: int | None, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program of ours as `uid` (None: as ourselves), in a small environment of its own."""
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    try:
        return subprocess.run(
            command,
            user=uid,
            group=uid,
            extra_groups=[] if uid is not None else None,
            env=environment,
            cwd="/",
            umask=0o077,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            start_new_session=True,
            check=False,
        )
    except OSError as error:
        raise DatabaseStartError(
            f"{command[0]} could not be run{'' if uid is None else f' as user id {uid}'}: {error}."
        ) from error


def _recorded_pid(place: Place) -> int | None:
    try:
        return int((place.cluster / "postmaster.pid").read_text("utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _command_line(pid: int) -> list[str]:
    """The arguments of a living process; empty for a zombie, a missing process, or one that hides them."""
    if _PROC.joinpath("self").exists():
        try:
            return os.fsdecode(_PROC.joinpath(str(pid), "cmdline").read_bytes()).rstrip("\0").split("\0")
        except OSError:
            return []
    return _ps("-ww", "-o", "args=", "-p", str(pid))


def _every_pid() -> list[int]:
    if sys.platform != "linux":
        return [int(word) for word in _ps("-A", "-o", "pid=")]
    return [int(entry.name) for entry in _PROC.iterdir() if entry.name.isdigit()]


def _ps(*arguments: str) -> list[str]:
    """The words `ps` prints, for systems without /proc."""
    return subprocess.run(["/bin/ps", *arguments], capture_output=True, text=True, check=False).stdout.split()


@contextlib.contextmanager
def _fresh_folder(place: Place, owner: int | None) -> Iterator[Path]:
    folder = place.home / "cluster.new"
    shutil.rmtree(folder, ignore_errors=True)  # left by an initdb that was interrupted
    folder.mkdir(mode=0o700)
    if owner is not None:
        os.chown(folder, owner, owner)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)

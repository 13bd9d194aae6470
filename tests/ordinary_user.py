"""Running the product as somebody who is not root, when the tests run as root."""

from __future__ import annotations

import pwd
import subprocess
import sys


def python_for_everybody(environment: dict[str, str]) -> str | None:
    """A Python of this version that other users can run, ours or the system's; None if there is none."""
    nobody = pwd.getpwnam("nobody")
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            done = subprocess.run(
                [python, "-c", "import renkei.database.embedded"],
                user=nobody.pw_uid,
                group=nobody.pw_gid,
                extra_groups=[],
                env=environment,
                cwd="/",
                capture_output=True,
                check=False,
            )
        except (PermissionError, FileNotFoundError):
            continue
        if done.returncode == 0:
            return python
    return None

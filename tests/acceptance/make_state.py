"""Stores the database of the migrations of today, with data, for the upgrade test of later releases.

    .venv/bin/python -m tests.acceptance.make_state

Run it once for each release, before the next migration is written: `states/<revisions>.sql` is the database (schema,
rows, grants and policies, as `pg_dump` writes them) and `states/<revisions>.json` what both doors answered about it.
A state that was released is never made anew. All its secrets are those of `tests.service` and `MASTER_KEY`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from base64 import b64encode
from pathlib import Path
from typing import Any

from renkei.app import branches
from renkei.database import embedded
from renkei.database.migrate import heads
from tests.acceptance.small_world import Answers, answers, companies_of, fill, register
from tests.service import Service

STATES = Path(__file__).parent / "states"
MASTER_KEY = b64encode(b"of the stored states, only tests".ljust(32)).decode()
SCHEMAS = ("commons", "footprint")


def dump(url: str, *options: str) -> str:
    """Our schemas as SQL that any login may load: no owners, no comments, nothing that one version only knows."""
    done = subprocess.run(
        [
            str(embedded.find_programs() / "pg_dump"),
            "--no-owner",
            "--no-comments",
            *(f"--schema={schema}" for schema in SCHEMAS),
            *options,
            url,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [
        line
        for line in done.stdout.splitlines()
        # An empty line may be one of a text: signatures stand behind one.
        if not line.startswith(("--", "\\", "SET ")) and "set_config('search_path'" not in line
    ]
    lines.insert(0, "SET check_function_bodies = false;")  # functions come before the tables they read
    # Rights of the owner of the tables are the loader's own.
    return re.sub(r"\brenkei_owner\b", "CURRENT_USER", "\n".join(lines)) + "\n"


def told(found: Answers) -> dict[str, Any]:
    """Answers as JSON."""
    return {target: [status, json.loads(body)] for target, (status, body) in found.items()}


def main() -> None:
    """Write the state of today."""
    folder = Path(tempfile.mkdtemp(prefix="renkei-state-"))
    service = Service(folder / "data", extra={"RENKEI_MASTER_KEY": MASTER_KEY})
    service.data_dir.mkdir()
    name = "+".join(heads(branches()))
    try:
        ids = register(service)
        service.start()
        fill(service, ids)
        with companies_of(service, ids) as companies:
            record = {
                "operators": ids,
                "answers": [told(answers(company, contents=False)) for company in companies],
            }
        sql = dump(embedded.superuser_url(service.data_dir), "--inserts", "--rows-per-insert=100")
        service.stop()
    finally:
        embedded.destroy(service.data_dir)
        shutil.rmtree(folder)
    STATES.mkdir(exist_ok=True)
    (STATES / f"{name}.sql").write_text(sql, encoding="utf-8")
    (STATES / f"{name}.json").write_text(
        json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()

"""The programs and pages that show the client, run as they stand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

from renkei.client import Client, Login, RequestDraft
from tests.client.conftest import PASSWORD
from tests.client.test_nouns import bought_part

ROOT = Path(__file__).parents[2]


def test_the_blocks_of_the_page_run_in_their_order(server, company, capsys, monkeypatch):
    page = (ROOT / "docs/howto/use-the-client.md").read_text("utf-8")
    blocks = [
        textwrap.dedent(block)
        for block in re.findall(r"^ *```python\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL)
    ]
    assert len(blocks) == 7
    operator_id, email = server.register("A社")
    server.register("B社", public_id="8000000000002")
    customer = company("C社")
    asked = customer.client.requests.create(
        RequestDraft(trace_id=bought_part(customer).trace_id, upstream_operator_id=operator_id)
    )
    program = (
        "\n".join(blocks)
        .replace("https://renkei.example.com", server.url)
        .replace("user@example.com", email)
        .replace("Choose#Another1", PASSWORD)
    )
    names: dict[str, object] = {}
    exec(compile(program, "use-the-client.md", "exec"), names)
    client = names["client"]
    assert isinstance(client, Client)
    client.close()
    printed = capsys.readouterr().out.splitlines()
    shown = [line for line in printed if "[info" not in line]
    assert shown[:4] == [
        "A社",
        "not answered yet",
        "11.5 0",  # 1.5 + 10; nothing of what is bought is answered
        "/name too_short 1文字以上で指定してください。",
    ]
    assert [line.split()[-1] for line in shown[4:]] == ["P-7", "R-100", "R-200"]
    assert customer.client.requests.get(asked.request_id).state == "COMPLETED"


def test_the_example_answers_what_is_in_its_table_and_nothing_twice(server, company):
    a = company("A社")
    operator_id, email = server.register("B社")
    wanted = {
        name: a.client.requests.create(
            RequestDraft(trace_id=bought_part(a, name).trace_id, upstream_operator_id=operator_id)
        )
        for name in ("B01001", "B01002", "Z99")
    }

    def run() -> str:
        done = subprocess.run(
            [sys.executable, ROOT / "examples/answer_requests.py", ROOT / "examples/answers.csv"],
            env={
                **os.environ,
                "RENKEI_URL": server.url,
                "RENKEI_EMAIL": email,
                "RENKEI_PASSWORD": PASSWORD,
                "PYTHONUTF8": "1",
            },
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    # 1.5 + 10 = 11.5; 0.25 + 3.125 = 3.375; nobody makes Z99.
    assert sorted(run().splitlines()) == ["B01001: 11.5 kgCO2e/piece", "B01002: 3.375 kgCO2e/piece"]
    assert run() == ""
    states = {name: a.client.requests.get(one.request_id).state for name, one in wanted.items()}
    assert states == {"B01001": "COMPLETED", "B01002": "COMPLETED", "Z99": "NOT_COMPLETED"}
    with Client(server.url, Login(email=email, password=PASSWORD)) as supplier:
        a.client.read_after(supplier.version)
        bought = wanted["B01001"].downstream_trace_id
        response = a.client.footprints.get(bought).response
    assert response is not None
    assert str(response.total) == "11.5"

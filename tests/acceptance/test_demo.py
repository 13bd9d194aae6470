"""`renkei demo`: the picture's numbers, on new data and on data that is there already."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from renkei.database import embedded

ROOT = Path(__file__).parents[2]
CHANGE = """\
  C社 C Motors     S 完成車S             360            460  ⇒           450
  B社 B Modules    Q モジュールQ          10            100  ⇒            90
  A社 A Pumps      R ポンプR              40            180  ⇒           160
  D社 D Cells      P セルP           55 ⇒ 45             70  ⇒            60
  G社 G Metals     g 部材g                20             20  ⇒            20
  E社 E Materials  e 材料e                15             15  ⇒            15
"""
"""D's own 55 becomes 45: 15 + 55 = 70 ⇒ 60 at D; 10 + 70 + 20 = 100 ⇒ 90 at B; 40 + 2 * 70 = 180 ⇒ 160 at A;
360 + 100 = 460 ⇒ 450 at C."""
SIGHT = """\
  C社 C Motors                    450  B社 90                                 A社 B社 D社 E社 G社
  B社 B Modules                    90  D社 60, G社 20                         C社 A社 D社 E社 G社
  A社 A Pumps                     160  D社 60                                 C社 B社 D社 E社 G社
  D社 D Cells                      60  E社 15                                 C社 A社 B社 E社 G社
  G社 G Metals                     20  -                                      C社 A社 B社 D社 E社
  E社 E Materials                  15  -                                      C社 A社 B社 D社 G社
"""
"""Each sees its own total and what its direct suppliers disclosed; every other company's part is a 404."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "renkei.cli", "demo", *options]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    yield folder
    embedded.destroy(folder / "demo")


@pytest.fixture(scope="module")
def environment(data_dir):
    # A database of one's own in the environment must stay untouched: nobody listens there.
    return {
        **os.environ,
        "RENKEI_DATA_DIR": str(data_dir),
        "RENKEI_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
        "HOME": str(data_dir.parent),
    }


def normal(text: str) -> str:
    """Without what differs from run to run and from machine to machine."""
    text = re.sub(r"\(data データ: .*\)", "(data データ: …)", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8000", text)
    text = re.sub(r"-{3,}", "---", text)  # as wide as the port is long
    return re.sub(r"\d+\.\d\d s", "0.00 s", text)


@pytest.mark.timeout(240)
def test_the_chain_comes_out_twice_on_the_same_data_as_the_readme_shows_it(environment):
    shown = []
    for _ in range(2):
        done = subprocess.run(
            command("--once", "--port", str(free_port())),
            env=environment,
            capture_output=True,
            text=True,
            timeout=110,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert CHANGE in done.stdout
        assert SIGHT in done.stdout
        shown.append(normal(done.stdout))
    assert shown[0] == shown[1]
    (transcript,) = re.findall(
        r"```console\n\$ make demo ARGS=--once\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL
    )
    assert normal(transcript) == shown[0]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end_and_leaves_nothing_running(environment, data_dir, ending):
    running = subprocess.Popen(
        command("--port", str(free_port())),
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        # Whoever started the tests in the background made everything below deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    try:
        assert running.stdout is not None
        shown = []
        for line in running.stdout:
            shown.append(line)
            if line.startswith("Serving until Ctrl-C."):
                break
        for address in re.findall(r"http://127\.0\.0\.1:\S+(?:/app/|/openapi\.json|/readyz)", "".join(shown)):
            assert httpx2.get(address, follow_redirects=True, timeout=60).status_code == 200, address
        running.send_signal(ending)
        assert running.wait(60) == 0
    finally:
        running.kill()
        running.wait()
        running.stdout.close()
    assert embedded.status(data_dir / "demo") == "stopped"


def test_a_taken_port_is_told_clearly_before_anything_is_started(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            command("--once", "--port", str(port)),
            env={**os.environ, "RENKEI_DATA_DIR": str(tmp_path / "new")},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"renkei: Port {port} on 127.0.0.1 cannot be used: another program listens there. "
        "Choose another with --port (or RENKEI_PORT).\n"
    )
    assert not (tmp_path / "new").exists()

"""SIGKILL of server and database at random moments: what was acknowledged is there, nothing is half-written.

RENKEI_FAULT_COUNT kills (20 by default; `make fault N=500` for more); RENKEI_FAULT_SEED repeats a run.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from renkei.database import _postmaster, _server, embedded
from tests.service import Refused, Service

KILLS = int(os.environ.get("RENKEI_FAULT_COUNT", "20"))
SEED = int(os.environ.get("RENKEI_FAULT_SEED", str(random.SystemRandom().randrange(10**6))))
pytestmark = [pytest.mark.fault, pytest.mark.timeout(300 + 30 * KILLS)]
WRITERS = 3
OWN = ("preProduction", "mainProduction", "preComponent", "mainComponent")
CHILDREN = 3
FOOTPRINT = "/api/v1/datatransport?dataTarget=cfp"
STRUCTURE = "/api/v1/datatransport?dataTarget=partsStructure"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    # The writers, and above all the reading back, are one operator that asks as fast as the machine answers.
    unlimited = {
        "RENKEI_REQUESTS_PER_SECOND_PER_OPERATOR": "1e6",
        "RENKEI_REQUEST_BURST_PER_OPERATOR": "1000000",
    }
    service = Service(tmp_path / "data", extra=unlimited)
    service.data_dir.mkdir()
    with embedded.Supervisor(service.data_dir):  # not started and stopped by every command
        service.register("Fault", "F0001")
    service.start()
    try:
        yield service
    finally:
        service.stop()
        embedded.stop(service.data_dir, mode="immediate")


class Writer(threading.Thread):
    """Registers structures and their footprints one after another, and remembers what was acknowledged."""

    def __init__(self, service: Service, number: int, plant_id: str, over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.service, self.number, self.plant_id, self.over = service, number, plant_id, over
        self.acknowledged: dict[str, Any] = {}
        self.stated: dict[str, float] = {}
        self.asked = 0
        self.faults: list[str] = []

    def run(self) -> None:
        while not self.over.is_set():
            self.asked += 1
            name = f"w{self.number}-{self.asked}"
            try:
                answer = self.service.ouranos("PUT", STRUCTURE, self.structure(name))
            except Refused as refused:
                # No answer, or "busy": nothing was promised. Any other refusal is a defect.
                if refused.status not in (0, 503):
                    self.faults.append(f"{name}: {refused}")
                time.sleep(0.05)
            else:
                trace_id = answer["parentPartsModel"]["traceId"]
                self.acknowledged[trace_id] = answer
                self.state(trace_id, name)
            time.sleep(0.005)

    def state(self, trace_id: str, name: str) -> None:
        """State a footprint that no other part has: 1 and the number of the try."""
        values = {"preProduction": 1, "mainProduction": self.asked, "preComponent": 0, "mainComponent": 0}
        rows = [
            {
                "cfpId": None,
                "traceId": trace_id,
                "ghgEmission": value,
                "ghgDeclaredUnit": "kgCO2e/kilogram",
                "cfpType": kind,
                "dqrType": "preProcessing" if kind.startswith("pre") else "mainProcessing",
                "dqrValue": {"TeR": 1, "GeR": 2, "TiR": 3},
            }
            for kind, value in values.items()
        ]
        try:
            self.service.ouranos("PUT", FOOTPRINT, rows)
        except Refused as refused:
            if refused.status not in (0, 503):
                self.faults.append(f"{name}: {refused}")
        else:
            self.stated[trace_id] = self.asked

    def structure(self, name: str) -> dict[str, Any]:
        def part(part_name: str, amount: float | None) -> dict[str, Any]:
            return {
                "operatorId": self.service.operator_id,
                "traceId": None,
                "plantId": self.plant_id,
                "partsName": part_name,
                "supportPartsName": None,
                "terminatedFlag": False,
                "amountRequired": amount,
                "amountRequiredUnit": "kilogram" if amount else None,
            }

        return {
            "parentPartsModel": part(name, None),
            "childrenPartsModel": [part(f"{name}-c{n}", n + 0.5) for n in range(CHILDREN)],
        }


def postmaster_pid(service: Service) -> int | None:
    """The process id of the embedded database's postmaster, if it runs."""
    return _postmaster.find_postmaster(_server.known_place(service.data_dir))


def test_acknowledged_writes_survive_kills(service: Service) -> None:
    print(f"\nkills: {KILLS}, seed: {SEED}")
    chance = random.Random(SEED)
    service.token = service.login("f0001@example.com")
    plant = service.ouranos(
        "PUT",
        "/api/v1/authInfo?dataTarget=plant",
        {
            "plantId": None,
            "operatorId": service.operator_id,
            "plantName": "P",
            "plantAddress": "A",
            "openPlantId": "000001",
            "plantAttribute": {},
        },
    )
    over = threading.Event()
    writers = [Writer(service, number, plant["plantId"], over) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    killed = {"server": 0, "database": 0}
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.05, 0.8))
        if chance.random() < 0.5:
            service.kill()
            killed["server"] += 1
            service.start()
        else:
            pid = postmaster_pid(service)
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
                killed["database"] += 1
            service.wait_ready()
    time.sleep(0.5)
    over.set()
    for writer in writers:
        writer.join(timeout=60)
    service.wait_ready()
    assert not [fault for writer in writers for fault in writer.faults]

    acknowledged = {trace: answer for writer in writers for trace, answer in writer.acknowledged.items()}
    stated = {trace: value for writer in writers for trace, value in writer.stated.items()}
    assert min(len(acknowledged), len(stated)) > KILLS, (
        "the writers hardly wrote anything: the test shows nothing"
    )
    assert min(killed.values()) > 0 or KILLS < 10, f"both sides must have been killed: {killed}"
    found = roots(service)
    assert set(acknowledged) <= set(found), "an acknowledged write is gone"
    for trace_id in found:
        stored = service.ouranos("GET", f"{STRUCTURE}&traceId={trace_id}")
        if trace_id in acknowledged:
            assert by_trace(stored) == by_trace(acknowledged[trace_id])
        assert len(stored["childrenPartsModel"]) == CHILDREN, "a structure is half-written"
        shown = footprint(service, trace_id)
        if trace_id in stated:
            assert shown == [1, stated[trace_id], 0, 0], "an acknowledged value is gone"
        else:
            assert len(shown) in (0, len(OWN)), "a value is half-written"
    wait_until_handled(service)
    print(f"{len(acknowledged)} acknowledged of {sum(w.asked for w in writers)} asked, killed {killed}")


def wait_until_handled(service: Service) -> None:
    """The worker came back too: every event is handled in the end, and none was given up."""
    deadline = time.monotonic() + 60
    while True:
        figures = dict(
            line.rsplit(" ", 1) for line in service.call("GET", "/metrics").splitlines() if line[:1] != "#"
        )
        open_, buried = (
            sum(float(figures[f'renkei_events{{state="{state}"}}']) for state in states)
            for states in (("waiting", "retrying"), ("buried",))
        )
        assert buried == 0, "an event was given up"
        if open_ == 0:
            return
        assert time.monotonic() < deadline, f"{open_} events are not handled"
        time.sleep(0.1)


def footprint(service: Service, trace_id: str) -> list[float]:
    """The part's own four numbers, or none of them."""
    rows = service.ouranos("GET", f"{FOOTPRINT}&traceIds={trace_id}")
    shown = {row["cfpType"]: row["ghgEmission"] for row in rows}
    return [shown[kind] for kind in OWN if kind in shown]


def by_trace(structure: dict[str, Any]) -> dict[str, Any]:
    """A structure with its parts by trace id, whatever their order."""
    parts = [structure["parentPartsModel"], *structure["childrenPartsModel"]]
    return {part["traceId"]: part for part in parts}


def roots(service: Service) -> list[str]:
    """The trace ids of all root parts, page by page."""
    found: list[str] = []
    target = "/api/v1/datatransport?dataTarget=parts&parentFlag=true&limit=100"
    after = ""
    while True:
        page = service.ouranos("GET", target + (f"&after={after}" if after else ""))
        new = [part["traceId"] for part in page if part["traceId"] not in found]
        found += new
        if len(page) < 100 or not new:
            return found
        after = page[-1]["traceId"]

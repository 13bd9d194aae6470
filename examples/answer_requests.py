"""Answer the open CFP requests of a company from a table: what a supplier's own tool would do every night.

    RENKEI_URL=http://127.0.0.1:8000 RENKEI_EMAIL=… RENKEI_PASSWORD=… python examples/answer_requests.py examples/answers.csv

The table has one line for each part: by which name the customer calls it, our own name, and kgCO2e per piece of raw
materials and of our own production. For each open request whose part is in the table the part is registered, its
footprint stated, the request linked, and total and quality disclosed to this customer only.
May be run again at any time: what is done is not done twice.
"""

from __future__ import annotations

import csv
import os
import sys
from decimal import Decimal
from pathlib import Path

from renkei.client import (
    Client,
    ConsentDraft,
    EmissionDraft,
    FootprintDraft,
    Login,
    PartDraft,
    Plant,
    PlantDraft,
    ProblemError,
    Request,
)


def main() -> int:
    """Answer what can be answered; the number of requests that could not be is the exit code."""
    with Path(sys.argv[1]).open(encoding="utf-8-sig", newline="") as file:
        table = {row["customer_part"]: row for row in csv.DictReader(file)}
    login = Login(email=os.environ["RENKEI_EMAIL"], password=os.environ["RENKEI_PASSWORD"])
    failed = 0
    with Client(os.environ["RENKEI_URL"], login, language="ja") as client:
        plant = client.plants.list().first() or client.plants.create(
            PlantDraft(name="本社工場", address="東京都", open_plant_id="HQ000001")
        )
        for request in client.requests.list(direction="received", kind="CFP"):
            row = table.get(request.customer_part.name)
            if request.state != "NOT_COMPLETED" or row is None:
                continue
            try:
                total = answer(client, plant, request, row)
            except ProblemError as problem:
                failed += 1
                print(f"{request.customer_part.name}: {problem}")
            else:
                print(f"{request.customer_part.name}: {total} kgCO2e/piece")
    return failed


def answer(client: Client, plant: Plant, request: Request, row: dict[str, str]) -> Decimal:
    """Answer one request; the total that the customer now sees."""
    part = client.parts.create(PartDraft(plant_id=plant.plant_id, name=row["own_part"], unit="piece"))
    present = client.footprints.get(part.trace_id).statement
    statement = client.footprints.state(
        part.trace_id,
        FootprintDraft(
            declared_unit="piece",
            declared={
                "raw_material": EmissionDraft(own=Decimal(row["raw_material"])),
                "production": EmissionDraft(own=Decimal(row["production"])),
            },
        ),
        cfp_id=None if present is None else present.cfp_id,
    )
    client.requests.link(request.request_id, part.trace_id)
    client.consents.decide(
        ConsentDraft(
            trace_id=part.trace_id,
            consumer_id=request.downstream_operator_id,
            attributes=frozenset({"total", "quality"}),
        )
    )
    return statement.in_force.total


if __name__ == "__main__":
    sys.exit(main())

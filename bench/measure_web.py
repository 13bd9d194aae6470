"""`web.page`: processor time of a page against that of the API read behind it, for a company with 30,000 parts.

Each page is asked for with the cookie of somebody who has signed in, its API read with the same token; the time is that of
the server and of PostgreSQL together. The ratio is the worst of the pages. Sizes: RENKEI_BENCH_PAGE_PARTS (30,000) parts of
the company, and as many of each of the 29 others around it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

import psycopg

from bench.companies import Company
from bench.harness import Result, Sample, benchmark, median_ratio, paired, summary
from bench.load import measure, request_bytes
from bench.measure_api import Site, ask, site
from bench.place import the_place
from renkei.kit.secret_box import open_secret_box
from renkei.web.session import fresh, seal

PARTS_EACH = int(os.environ.get("RENKEI_BENCH_PAGE_PARTS", "30000"))
COMPANIES = 30
COUNT = int(os.environ.get("RENKEI_BENCH_PAGE_REQUESTS", "200"))
CONNECTIONS = 4


def pages(root: str) -> Mapping[str, str]:
    """Page → the API read behind it; `root` is a part with 10 bought children."""
    return {
        "/app/parts": "/v1/parts?limit=50",
        f"/app/parts?text={quote('P-0000')}": "/v1/parts?name=P-0000001&limit=50",
        f"/app/parts/{root}": f"/v1/parts/{root}/footprint",
        f"/app/parts/{root}/structure": f"/v1/parts/{root}/structure",
        f"/app/parts/{root}/breakdown": f"/v1/parts/{root}/contributions",
        f"/app/parts/{root}/versions": f"/v1/parts/{root}/footprint/versions",
        "/app/requests?side=sent": "/v1/requests?direction=sent&limit=25",
        "/app/requests": "/v1/requests?direction=received&limit=25",
        "/app/disclosures": "/v1/consents?kind=CFP&limit=50",
        "/app/notifications": "/v1/notifications?limit=25",
        "/app/updates": "/v1/updates?limit=50",
    }


def _cookie(company: Company) -> str:
    box = open_secret_box(None, the_place().data_dir)
    session = replace(fresh(int(time.time())), access=company.token, operator_id=company.operator_id)
    return f"renkei={seal(session, box)}"


def _run(at: Site, request: bytes) -> Sample:
    return measure(
        at.server.port, [request], total=COUNT, connections=CONNECTIONS, processes=at.server.processes
    )


def _cpu(sample: Sample) -> float:
    return sample.cpu_us + sample.database_cpu_us


@benchmark("web.page")
def measure_pages() -> list[Result]:
    at = site("pages", parts=PARTS_EACH * COMPANIES, operators=COMPANIES)
    company = at.chain.customers[0]
    with psycopg.connect(the_place().superuser_url("pages")) as connection:
        held = connection.execute(
            "SELECT count(*) FROM commons.parts WHERE operator_key = %s", (company.operator_key,)
        ).fetchone()
    ratios: dict[str, float] = {}
    detail: dict[str, object] = {"parts": held[0] if held else 0, "requests": COUNT}
    for page, read in pages(str(at.chain.cfp[0][0])).items():
        shown = request_bytes("GET", page, {"Cookie": _cookie(company), "Accept-Language": "ja"})
        behind = request_bytes("GET", read, {"Authorization": f"Bearer {company.token}"})
        size = len(ask(at.server.port, shown))
        ask(at.server.port, behind)
        ours, plain = paired(lambda r=shown: _run(at, r), lambda r=behind: _run(at, r))  # type: ignore[misc]
        name = page.replace(str(at.chain.cfp[0][0]), "{root}")
        ratios[name] = median_ratio(ours, plain, _cpu)
        detail[name] = {
            "ratio": round(ratios[name], 2),
            "bytes": size,
            "page": summary(ours),
            "read": summary(plain),
        }
    return [Result(name="web.page", ratio=max(ratios.values()), bar=3, better="lower", detail=detail)]

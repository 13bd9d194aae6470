"""`web.page`: processor time of a page against that of the API reads behind it, for a company with 30,000 parts.

Each page is asked for with the cookie of somebody who has signed in, its API read with the same token; the time is that of
the server and of PostgreSQL together. The ratio is the worst of the pages. Sizes: RENKEI_BENCH_PAGE_PARTS (30,000) parts of
the company, and as many of each of the 29 others around it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

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


def pages(root: str, listed: str, below: str) -> Mapping[str, tuple[str, ...]]:
    """Page → the API reads behind it; `root` is a part with 10 bought children `below`, `listed` the first 50 parts."""
    return {
        "/app/parts": ("/v1/parts?limit=50", f"/v1/footprints?trace_ids={listed}"),
        f"/app/parts/{root}": (f"/v1/parts/{root}/footprint",),
        f"/app/parts/{root}/structure": (
            f"/v1/parts/{root}/structure",
            f"/v1/footprints?trace_ids={root},{below}",
        ),
        f"/app/parts/{root}/breakdown": (f"/v1/parts/{root}/footprint", f"/v1/parts/{root}/contributions"),
        f"/app/parts/{root}/versions": (f"/v1/parts/{root}/footprint/versions",),
        "/app/requests?side=sent": ("/v1/requests?direction=sent&limit=25",),
        "/app/requests": ("/v1/requests?direction=received&limit=25",),
        "/app/disclosures": ("/v1/consents?kind=CFP&limit=50",),
        "/app/notifications": ("/v1/notifications?limit=25",),
        "/app/updates": ("/v1/updates?limit=50",),
    }


def _cookie(company: Company) -> str:
    box = open_secret_box(None, the_place().data_dir)
    session = replace(fresh(int(time.time())), access=company.token, operator_id=company.operator_id)
    return f"renkei={seal(session, box)}"


def _read(path: str, company: Company) -> bytes:
    return request_bytes("GET", path, {"Authorization": f"Bearer {company.token}"})


def _run(at: Site, requests: Sequence[bytes]) -> Sample:
    """Each of `requests` so many times; what all of them took counts as one."""
    sample = measure(
        at.server.port,
        requests,
        total=COUNT * len(requests),
        connections=CONNECTIONS,
        processes=at.server.processes,
    )
    return replace(sample, count=COUNT)


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
    root, *below = map(str, at.chain.cfp[0])
    first = ask(at.server.port, _read("/v1/parts?limit=50", company))
    listed = ",".join(one["trace_id"] for one in json.loads(first)["items"])
    for page, reads in pages(root, listed, ",".join(below)).items():
        shown = request_bytes("GET", page, {"Cookie": _cookie(company), "Accept-Language": "ja"})
        behind = [_read(one, company) for one in reads]
        size = len(ask(at.server.port, shown))
        for one in behind:
            ask(at.server.port, one)
        ours, plain = paired(lambda r=[shown]: _run(at, r), lambda r=behind: _run(at, r))  # type: ignore[misc]
        name = page.replace(root, "{root}")
        ratios[name] = median_ratio(ours, plain, _cpu)
        detail[name] = {
            "ratio": round(ratios[name], 2),
            "bytes": size,
            "page": summary(ours),
            "read": summary(plain),
        }
    return [Result(name="web.page", ratio=max(ratios.values()), bar=3, better="lower", detail=detail)]

"""A small battery maker and its suppliers, with values as the public examples of the field have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MAKER = "蓄電池製造株式会社"
SUPPLIER = "セル部品工業株式会社"


@dataclass(frozen=True)
class Scenery:
    """What stands in it, by trace id."""

    maker: Any
    supplier: Any
    pack: str
    module: str
    cell: str
    case: str
    request: str


def furnish(world):
    """Six parts at a battery maker: one supplier has answered anew, others are estimated or have nothing yet."""
    maker, supplier = world.company(MAKER), world.company(SUPPLIER)
    other = world.company("筐体鋳造株式会社")
    piece = {"amountRequiredUnit": "unit"}
    module, (cell, plate) = maker.make_structure(
        "電池モジュール MD-12",
        maker.child("電池セル CL-50Ah", 12, **piece),
        maker.child("冷却プレート", 1, **piece),
        **piece,
    )
    pack, children = maker.make_structure(
        "電池パック BP-60kWh",
        maker.child("電池モジュール MD-12", 16, **piece),
        maker.child("アルミ筐体", 1, **piece),
        maker.child("制御基板 BMS", 2, **piece),
        maker.child("高電圧ケーブル", 3.2, amountRequiredUnit="kilogram"),
        **piece,
    )
    per_piece = {"unit": "kgCO2e/unit"}
    module = children[0]
    maker.state(module, cfp=(4.2, 11.5, 0.8, 0), **per_piece)
    maker.state(pack, cfp=(18, 64, 12, 3), **per_piece)
    own = supplier.make_part("CL-50 リチウムイオンセル", **piece)
    trade, request = maker.ask(supplier, cell)
    supplier.link(trade, own)
    supplier.state(own, cfp=(3.9, 2.1, 4.6, 0.4), **per_piece)
    supplier.release(maker, own)
    case = children[1]
    maker.ask(other, case)
    for part, stages, source in (
        (plate, {"raw_material": 6.1, "production": 1.2}, "IDEA v3.3"),
        (children[2], {"raw_material": 9.4, "production": 3.3}, "IDEA v3.3"),
    ):
        answer = maker.call(
            "PUT",
            f"/v1/parts/{part}/estimate",
            json_body={"declared_unit": "unit", "stages": stages, "source": source},
        )
        assert answer.status_code == 200, answer.text
    world.settle()
    policy = maker.call("PUT", f"/v1/parts/{pack}/update-policy", json_body={"mode": "review"})
    assert policy.status_code == 200, policy.text
    supplier.state(own, cfp=(3.9, 1.2, 4.1, 0.4), cfp_id=str(own_footprint(supplier, own)), **per_piece)
    world.settle()
    return Scenery(
        maker=maker, supplier=supplier, pack=pack, module=module, cell=cell, case=case, request=request
    )


def own_footprint(company, trace_id):
    """The id of the company's footprint of a part."""
    answer = company.call("GET", f"/v1/parts/{trace_id}/footprint")
    return answer.json()["statement"]["cfp_id"]

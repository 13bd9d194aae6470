"""Golden run 1 over the Ouranos door: a supplier's footprint, answered and disclosed, arrives."""

from __future__ import annotations

from tests.connectors.ouranos.conftest import a, b, c, settings, world

__all__ = ["a", "b", "c", "settings", "world"]


def test_a_suppliers_answer_arrives_as_its_two_stages(world, a, b, c):
    """The supplier states 1.5 / 10 / 0 / 0 with DQR (1, 2, 3) and (2, 3, 4).

    Per stage, production + component: 1.5 + 0 = 1.5 and 10 + 0 = 10, with the quality unchanged.
    """
    _, (bought,) = a.make_structure("完成品", a.child("購入品", 2))
    trade_id, status_id = a.ask(b, bought)

    own = b.make_part("製品", terminatedFlag=True)
    assert b.link(trade_id, own).status_code == 201
    b.state(own, cfp=(1.5, 10, 0, 0), pre=(1, 2, 3), main=(2, 3, 4))
    assert b.release(a, own).status_code == 200
    world.settle()

    (status,) = a.get("status", statusTarget="REQUEST", traceId=bought).json()
    assert status["statusId"] == status_id
    assert status["requestStatus"]["cfpResponseStatus"] == "COMPLETED"
    assert status["requestStatus"]["tradeTreeStatus"] == "TERMINATED"
    assert a.get("cfp", traceIds=bought).json() == [
        {
            "cfpId": None,
            "traceId": bought,
            "ghgEmission": 1.5,
            "ghgDeclaredUnit": "kgCO2e/kilogram",
            "cfpType": "preProductionResponse",
            "dqrType": "preProcessingResponse",
            "dqrValue": {"TeR": 1, "GeR": 2, "TiR": 3},
        },
        {
            "cfpId": None,
            "traceId": bought,
            "ghgEmission": 10,
            "ghgDeclaredUnit": "kgCO2e/kilogram",
            "cfpType": "mainProductionResponse",
            "dqrType": "mainProcessingResponse",
            "dqrValue": {"TeR": 2, "GeR": 3, "TiR": 4},
        },
    ]
    for company in (a, c):
        assert company.get("cfp", traceIds=own).json() == []
    assert c.get("cfp", traceIds=bought).json() == []


def test_an_improvement_upstream_runs_down_the_chain(world, a, b, c):
    """C's 70 becomes 60: B's 30 + 70 = 100 becomes 90, A's 80 + 100 = 180 becomes 170 (main production)."""
    _, (a_child,) = a.make_structure("A1", a.child("B1"))
    a_root = a.get("parts", partsName="A1").json()[0]["traceId"]
    b_root, (b_child,) = b.make_structure("B1", b.child("C1"))
    c_own = c.make_part("C1", terminatedFlag=True)
    for customer, bought, supplier, own in ((a, a_child, b, b_root), (b, b_child, c, c_own)):
        trade_id, _ = customer.ask(supplier, bought)
        supplier.link(trade_id, own)
        supplier.release(customer, own)
    nothing = (None, None, None)
    cfp_id = c.state(c_own, cfp=(0, 70, 0, 0), pre=nothing)
    b.state(b_root, cfp=(0, 30, 0, 0), pre=nothing)
    a.state(a_root, cfp=(0, 80, 0, 0), pre=nothing)
    world.settle()

    def totals():
        shown = a.shown(a_root)
        return (
            b.shown(b_child)["mainProductionResponse"][0],
            a.shown(a_child)["mainProductionResponse"][0],
            shown["mainProductionTotal"][0] + shown["mainComponentTotal"][0],
        )

    assert totals() == (70, 100, 180)
    c.state(c_own, cfp=(0, 60, 0, 0), pre=nothing, cfp_id=cfp_id)
    world.settle()
    assert totals() == (60, 90, 170)
    told = a.call("GET", "/notifications", operatorId=a.id).json()["notifications"]
    [updated] = [one for one in told if one["notificationType"] == "CFP_UPDATED"]
    assert set(updated) == {
        "notificationId",
        "notificationType",
        "notifiedFromOperatorId",
        "notifiedAt",
        "tradeRelation",
    }

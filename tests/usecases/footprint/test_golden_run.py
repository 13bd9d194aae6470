"""Golden run 2: every step's totals and coverages, written out."""

from __future__ import annotations

from decimal import Decimal

from renkei.commons.consents.service import consents_of, withdraw
from renkei.usecases.footprint.model import Cause

D = Decimal


def test_totals_and_coverage_as_suppliers_answer_and_one_takes_back(chain, a, b, c):
    """A's product: own 0.5, `rest` 0.3, an end child (component 0.5) × 2, bought from B × 1 and from C × 3.

    stated                0.5 + 0.3 + 2 × 0.5                    = 1.8    1 of 3 lines
    B answers 10          1.8 + 1 × 10                           = 11.8   2 of 3 lines
    C answers 2 + 4       11.8 + 3 × 6                           = 29.8   3 of 3; deep: C's own coverage is 1/2
    B takes back          29.8 − 10                              = 19.8   2 of 3
    """
    product = chain.part(a, "製品")
    end, from_b, from_c = chain.structure(
        a, product, [("ねじ", 2, {"terminated": True}), ("電池", 1), ("銅箔", 3)]
    )
    chain.state(a, end, 0, 0.5)
    chain.state(a, product, 0.5, 0.3)
    assert chain.total(a, product) == (D("1.8"), D("0.333333333333333"), D("0.333333333333333"))

    of_b = chain.part(b, "B電池", terminated=True)
    chain.state(b, of_b, 10)
    chain.buy(a, from_b, b, of_b)
    chain.settle()
    assert chain.total(a, product) == (D("11.8"), D("0.666666666666667"), D("0.666666666666667"))

    of_c = chain.part(c, "C銅箔")
    known, _unknown = chain.structure(c, of_c, [("銅", 1, {"terminated": True}), ("めっき", 1)])
    chain.state(c, known, 0, 4)
    chain.state(c, of_c, 2)
    assert chain.total(c, of_c) == (D(6), D("0.5"), D("0.5"))
    chain.buy(a, from_c, c, of_c)
    chain.settle()
    # deep: (1 + 1 + 0.5) / 3
    assert chain.total(a, product) == (D("29.8"), D(1), D("0.833333333333333"))

    [consent] = chain.run(b, lambda tx: consents_of(tx, trace_ids=[of_b.trace_id]))
    chain.run(b, lambda tx: withdraw(tx, consent.consent_id))
    chain.settle()
    # deep: (1 + 0 + 0.5) / 3
    assert chain.total(a, product) == (D("19.8"), D("0.666666666666667"), D("0.5"))

    versions = chain.history(a, product)
    assert [one.version for one in versions] == [4, 3, 2, 1]
    assert [cause.kind for one in versions for cause in one.causes] == [
        "withdrawal",
        "delivery",
        "delivery",
        "declared",
    ]
    assert [one.automatic for one in versions] == [True, True, True, False]
    assert versions[3].causes == (Cause(kind="declared"),)
    assert versions[0].in_force.notes == ({"code": "no_value", "trace_id": str(from_b.trace_id), "share": 1},)

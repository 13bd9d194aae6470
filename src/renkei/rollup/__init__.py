"""Roll-up: the arithmetic of a supply chain on arrays. It knows no database, no HTTP, no units and no companies.

A node is a part; a line says that one unit of a parent needs an amount of a child. With own values e and amounts B

    total = e + B total        (row = parent, column = child)

for any number of columns at once: stages times own and component, fossil and biogenic, materials, energies, numerators.

1. `Graph.build(nodes, child, parent, amount)` orders the lines once: level by level, loops condensed.
2. `roll_up(graph, own)` makes the full pass and gives `Totals`.
3. `totals.update(nodes, own, lines=...)` changes own values or lines and recomputes only what stands on them, bit for bit as the
   full pass would.
4. `totals.what_if(...)` takes the same arguments and answers beside the totals, which stay untouched.
5. `totals.contributions(product)` (or of a what-if) tells what every node adds; the sum is the total.

Worked example: a product of 2 pumps (own 40, each with 2 cells of 15) and 10 of its own:

>>> from renkei.rollup import Graph, roll_up
>>> cell, pump, product = 0, 1, 2
>>> graph = Graph.build(3, child=[cell, pump], parent=[pump, product], amount=[2, 2])
>>> totals = roll_up(graph, [[15.0], [40.0], [10.0]])
>>> totals.of([pump, product]).tolist()  # 40 + 2 x 15, 10 + 2 x 70
[[70.0], [150.0]]
>>> totals.update([cell], [[10.0]]).changed.tolist()  # 60 and 130 now, in this order
[0, 1, 2]
>>> totals.contributions(product).values[:, 0].tolist()  # 4 cells of 10, 2 x 40, 10
[40.0, 80.0, 10.0]

**What a column can carry.** Anything linear in the amounts. Shares and data quality are not, but their numerators are: for the primary
data share carry |own| and |own| x p, for TeR, GeR and TiR |own| x rating (and |own| where the rating is known); divide at the end.
Where all values are positive this is the emission-weighted mean at every step; under a credit each own emission keeps weighing by its own size.
A coverage weighs lines by count, not by amount: give it a graph of its own whose amounts are the weights (1 / counted lines).

**Trouble.** Arrays that break the rules raise `RollupError` with every fault. A loop that needs as much as it makes is named by
`graph.unsolvable`; it and what stands on it is NaN and listed by `totals.incomplete`, everything else is computed. A total beyond
the range of float64 is inf and listed by `totals.overflowed`.
"""

from renkei.rollup.contributions import Contributions, largest
from renkei.rollup.errors import Fault, FaultCode, IncompleteError, RollupError
from renkei.rollup.graph import Graph, Lines
from renkei.rollup.totals import Change, Totals, WhatIf, roll_up

__all__ = [
    "Change",
    "Contributions",
    "Fault",
    "FaultCode",
    "Graph",
    "IncompleteError",
    "Lines",
    "RollupError",
    "Totals",
    "WhatIf",
    "largest",
    "roll_up",
]

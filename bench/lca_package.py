"""The same arrays as a data package for bw2calc: the usual solver of life-cycle assessment, as oracle and as yardstick."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

with warnings.catch_warnings():
    # On Intel it asks for a proprietary solver; its own (SuperLU) is what we compare with.
    warnings.simplefilter("ignore")
    import bw2calc
    import bw_processing

GAS = 1


def data_package(
    nodes: int, child: npt.ArrayLike, parent: npt.ArrayLike, amount: npt.ArrayLike, own: npt.ArrayLike
) -> Any:
    """One activity a node (its id is the node number + 1), one flow with factor 1; parallel lines are added up there too."""
    ids = np.arange(nodes) + 1
    child, parent = np.asarray(child), np.asarray(parent)
    package = bw_processing.create_datapackage()
    places = np.zeros(nodes + child.size, dtype=bw_processing.INDICES_DTYPE)
    places["row"] = np.concatenate([ids, child + 1])
    places["col"] = np.concatenate([ids, parent + 1])
    package.add_persistent_vector(
        matrix="technosphere_matrix",
        indices_array=places,
        data_array=np.concatenate([np.ones(nodes), np.asarray(amount, float)]),
        flip_array=np.concatenate([np.zeros(nodes, bool), np.ones(child.size, bool)]),
    )
    emissions = np.zeros(nodes, dtype=bw_processing.INDICES_DTYPE)
    emissions["row"], emissions["col"] = GAS, ids
    package.add_persistent_vector(
        matrix="biosphere_matrix", indices_array=emissions, data_array=np.asarray(own, float)
    )
    factor = np.zeros(1, dtype=bw_processing.INDICES_DTYPE)
    factor["row"] = factor["col"] = GAS
    package.add_persistent_vector(
        matrix="characterization_matrix", indices_array=factor, data_array=np.ones(1)
    )
    return package


def score(package: Any, product: int) -> float:
    """bw2calc's score of one unit of `product`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        calculation = bw2calc.LCA({int(product) + 1: 1}, data_objs=[package])
        calculation.lci()
        calculation.lcia()
    return float(calculation.score)

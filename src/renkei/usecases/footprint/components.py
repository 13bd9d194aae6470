"""Strongly connected components of a graph of parts, each after everything it stands on (Tarjan 1972)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def components_in_order(below: Mapping[int, Sequence[int]]) -> list[list[int]]:
    """The components of `below` (part → parts it stands on, all of them keys), what is stood on first.

    A part without a loop is a component of its own. Runs without recursion: structures may be deep.
    """
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    on_stack: set[int] = set()
    stack: list[int] = []
    found: list[list[int]] = []
    for root in below:
        if root in index:
            continue
        path = [(root, iter(below[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while path:
            part, children = path[-1]
            for child in children:
                if child not in index:
                    index[child] = low[child] = len(index)
                    stack.append(child)
                    on_stack.add(child)
                    path.append((child, iter(below[child])))
                    break
                if child in on_stack:
                    low[part] = min(low[part], index[child])
            else:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[part])
                if low[part] == index[part]:
                    component: list[int] = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        component.append(member)
                        if member == part:
                            break
                    found.append(sorted(component))
    return found

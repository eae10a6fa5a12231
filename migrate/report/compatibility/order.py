"""The order of work: what can be done now, and what has to wait for it.

Files and models with open work are the nodes. A file waits for the files it imports, a model for the files that
define its classes, a file that loads a model for the model. What waits for each other in a circle (a script that
defines the class of the model it loads) is one piece of work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping


def waves(nodes: Iterable[str], waits: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Group nodes so that each group waits only for earlier ones.

    Args:
        nodes: what has to be done.
        waits: for a node, the nodes it waits for; those not in ``nodes`` are done already.

    Returns:
        Groups in order, each sorted; the members of a circle stand in the same group.
    """
    todo = sorted(set(nodes))
    known = frozenset(todo)
    inside = {node: sorted((known & set(waits.get(node, ()))) - {node}) for node in todo}
    component = _components(todo, inside)
    depth: dict[int, int] = {}
    needs: defaultdict[int, set[int]] = defaultdict(set)
    for node, others in inside.items():
        needs[component[node]] |= {component[other] for other in others} - {component[node]}
    # Tarjan numbers a component after all that it reaches, so one pass in that order is enough.
    for number in sorted(set(component.values())):
        depth[number] = max((depth[other] + 1 for other in needs[number]), default=0)
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for node in todo:
        groups[depth[component[node]]].append(node)
    return [groups[level] for level in sorted(groups)]


def _components(nodes: list[str], edges: Mapping[str, list[str]]) -> dict[str, int]:
    """Strongly connected components by Tarjan's algorithm, without recursion (deep import chains)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    component: dict[str, int] = {}
    stack: list[str] = []
    count = 0
    for start in nodes:
        if start in index:
            continue
        index[start] = low[start] = len(index)
        stack.append(start)
        work = [(start, iter(edges[start]))]
        while work:
            node, following = work[-1]
            other = next(following, None)
            if other is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    while True:
                        member = stack.pop()
                        component[member] = count
                        if member == node:
                            break
                    count += 1
            elif other not in index:
                index[other] = low[other] = len(index)
                stack.append(other)
                work.append((other, iter(edges[other])))
            elif other not in component:
                low[node] = min(low[node], index[other])
    return component


def imported_files(imports: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """For each Python file, the files of the same repository that it imports.

    Args:
        imports: dotted names by file path, relative ones with their leading dots.
    """
    modules: defaultdict[str, list[str]] = defaultdict(list)
    for path in imports:
        parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
        for start in range(len(parts)):  # any ancestor may be on sys.path
            modules[".".join(parts[start:])].append(path)
    found: dict[str, set[str]] = {}
    for path, names in imports.items():
        targets = (_module(path, name) for name in names)
        hits = {hit[0] for hit in (modules.get(target, []) for target in targets) if len(hit) == 1}
        found[path] = hits - {path}
    return found


def _module(path: str, name: str) -> str:
    bare = name.lstrip(".")
    dots = len(name) - len(bare)
    if not dots:
        return bare
    folder = path.split("/")[:-1]
    base = folder[: len(folder) - (dots - 1)] if dots > 1 else folder
    return ".".join([*base, *([bare] if bare else [])])

"""What waits for something comes after it."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from migrate.report.compatibility.order import imported_files, waves
from migrate.report.compatibility.plan import dependencies
from migrate.report.compatibility.records import Link
from migrate.report.compatibility.references import Outline

NODES = st.sampled_from("abcdefgh")


def test_shared_layer_before_the_models_that_need_it() -> None:
    links = [
        Link(kind="defines", path="layers.py", target="a.h5", state="linked"),
        Link(kind="loads", path="serve.py", target="a.h5", state="linked"),
        Link(kind="loads", path="serve.py", target="b.h5", state="broken"),
        Link(kind="saves", path="train.py", target="a.h5", state="linked"),
    ]
    outlines = {"serve.py": Outline(imports=("util",)), "util.py": Outline(), "train.py": Outline()}
    waits = dependencies(links, outlines)
    assert waves(["serve.py", "a.h5", "layers.py", "util.py", "train.py"], waits) == [
        ["layers.py", "train.py", "util.py"],
        ["a.h5"],
        ["serve.py"],
    ]


def test_circle_is_one_piece_of_work() -> None:
    assert waves("abc", {"a": ["b"], "b": ["a"], "c": ["a"]}) == [["a", "b"], ["c"]]


def test_what_is_done_keeps_nobody_waiting() -> None:
    assert waves(["a"], {"a": ["gone"]}) == [["a"]]


@given(st.sets(NODES), st.dictionaries(NODES, st.sets(NODES)))
def test_every_node_once_and_after_what_it_waits_for(nodes: set[str], waits: dict[str, set[str]]) -> None:
    found = waves(nodes, waits)
    at = {node: i for i, wave in enumerate(found) for node in wave}
    assert sorted(node for wave in found for node in wave) == sorted(nodes)
    for node in nodes:
        for other in waits.get(node, set()) & nodes:
            assert at[other] < at[node] or node in reached(other, waits, nodes)


def reached(start: str, waits: dict[str, set[str]], nodes: set[str]) -> set[str]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        for other in waits.get(todo.pop(), set()) & nodes - seen:
            seen.add(other)
            todo.append(other)
    return seen


def test_long_chain_does_not_recurse() -> None:
    nodes = [f"{i:05}" for i in range(5_000)]
    assert len(waves(nodes, {a: [b] for a, b in itertools.pairwise(nodes)})) == 5_000


def test_imports_lead_to_files_of_the_repository() -> None:
    found = imported_files(
        {
            "src/pkg/__init__.py": [".layers", ".layers.Scale"],
            "src/pkg/layers.py": ["keras", "pkg.util", "..other"],
            "src/pkg/util.py": ["os"],
            "src/pkg/sub/deep.py": ["..layers", "..util.helper"],
            "run.py": ["pkg", "pkg.layers.Scale"],
        }
    )
    assert found["src/pkg/__init__.py"] == {"src/pkg/layers.py"}
    assert found["src/pkg/layers.py"] == {"src/pkg/util.py"}
    assert found["src/pkg/sub/deep.py"] == {"src/pkg/layers.py"}
    assert found["run.py"] == {"src/pkg/__init__.py"}


def test_name_that_two_files_could_mean_leads_nowhere() -> None:
    found = imported_files({"a/util.py": [], "b/util.py": [], "run.py": ["util"]})
    assert found["run.py"] == set()

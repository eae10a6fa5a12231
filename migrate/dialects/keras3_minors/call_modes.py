"""``training`` among the arguments of a call in a graph."""

from __future__ import annotations

from packaging.version import Version

from migrate.dialects.keras3_minors.rule import Config, archive_rule, map_objects
from migrate.findings import Rule, Severity


@archive_rule(
    Rule(
        "RDR101",
        "mode-in-graph",
        "A call in the graph stores the mode in which it was traced.",
        Severity.SILENT,
        applies_to="<3.16.dev0",
        before='{"class_name": "RandomFlip", "inbound_nodes": [{"args": […], "kwargs": {"training": true}}]}',
        after='{"class_name": "RandomFlip", "inbound_nodes": [{"args": […], "kwargs": {}}]}',
        why="Keras up to 3.15 writes the value that `training` had while the graph was built, including a layer's "
        "default, and ignores it in `predict`, `evaluate` and `fit`. 3.16 silently obeys it: augmentation stays on "
        "in `predict` (outputs differ by 100 %), and dropout inside recurrent layers is off in `fit`.",
        references=("keras-team/keras#23235",),
    ),
    readers="",
)
def mode_in_graph(config: Config, oldest: Version) -> Config:
    """Leave the argument out of each call."""
    changed: Config = map_objects(config, _without_mode)
    return changed


def _without_mode(entry: Config) -> Config:
    nodes = entry.get("inbound_nodes")
    if not isinstance(nodes, list):
        return entry
    return {**entry, "inbound_nodes": [_call_without_mode(node) for node in nodes]}


def _call_without_mode(node: object) -> object:
    if not isinstance(node, dict) or not isinstance(node.get("kwargs"), dict):
        return node
    return {**node, "kwargs": {key: value for key, value in node["kwargs"].items() if key != "training"}}

"""From the groups of ``model.weights.h5`` to the layers of ``config.json``.

Groups are named after classes and numbered in the order of the layers; the layers' own names play no part.
What differs by release (``keras/src/saving/saving_lib.py``, ``_save_container_state``):

- 2.12, 2.13: container ``_layer_checkpoint_dependencies``, which lists every layer with weights twice, so
numbers
  run ``dense``, ``dense_2``, ``dense_4``; a layer saved before (shared with a nested model) is counted as
  well.
- 2.14: the same container, each layer once, layers saved before not counted.
- 2.15: the container is ``layers``. 3.x: ``layers``, counting layers saved before.

All of them number in configuration order, so the groups of one class, sorted by number, *are* its layers in
order, less the layers that were saved elsewhere before. Operations of Keras 3 graphs have no group. Sizes in the
configuration are checked against the arrays afterwards, and every array must be claimed exactly once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from migrate.findings import MigrationError
from migrate.formats.archive_tree import CONTAINERS, natural
from migrate.formats.artifact import LayerWeights, SavedArray
from migrate.formats.layer_config import class_of, is_operation, layer_name, layers_of, to_snake_case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrate.formats.archive_tree import ArchiveTree

OPTIMIZER = "optimizer"
_MODEL_CLASSES = frozenset({"Functional", "Sequential", "Model"})
_METRIC_ROOTS = (
    "metrics",
    "compiled_metrics",
    "_compile_metrics",
    "compiled_loss",
    "_compile_loss",
    "loss_tracker",
)
_HINT = (
    "The layout of this archive is unknown to this tool; please report it with the versions that wrote it."
)


@dataclass(slots=True)
class _Layers:
    """The walk over a configuration: weights found so far, and where each was stored."""

    tree: ArchiveTree
    weights: list[LayerWeights] = field(default_factory=list)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    by_name: dict[tuple[str, str], list[LayerWeights]] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assignment:
    """The result of ``assign_layers``.

    Attributes:
        weights: per layer, in configuration order.
        groups: group path → layer path; assets use the same groups.
        shared: layer path → path of the layer whose arrays it shares.
    """

    weights: list[LayerWeights]
    groups: dict[str, tuple[str, ...]]
    shared: dict[str, str]


def assign_layers(tree: ArchiveTree, architecture: dict[str, Any] | None) -> Assignment:
    """Give each array to the layer of the configuration that owns it.

    Arrays of a model whose configuration lists no layers (subclassed), or without any configuration, are
    given to the root ``()`` under their structural path.

    Raises:
        MigrationError: WGT006 when groups and layers do not match one to one, or an array is left over.
    """
    walk = _Layers(tree)
    if architecture is not None and layers_of(architecture) is not None:
        _assign_model(walk, architecture, "", ())
    own = tree.claim("vars", below="")
    left = [
        path
        for path in tree.arrays
        if path not in tree.claimed and path.split("/", 1)[0] not in (OPTIMIZER, *_METRIC_ROOTS)
    ]
    if left:
        class_name = str((architecture or {}).get("class_name", ""))
        if class_name in _MODEL_CLASSES and layers_of(architecture or {}) is not None:
            raise MigrationError(
                "WGT006", f"no layer of the configuration owns {', '.join(sorted(left, key=natural)[:4])}"
                f"{' and others' if len(left) > 4 else ''}", _HINT, tree.place,
            )  # fmt: skip
        tree.claimed.update(left)
        own += [
            SavedArray(p, tree.arrays[p].array, tree.arrays[p].stored_dtype)
            for p in sorted(left, key=natural)
        ]
    if own:
        walk.weights.append(LayerWeights((), own))
    return Assignment(walk.weights, walk.groups, walk.shared)


def other_state(tree: ArchiveTree) -> tuple[list[SavedArray], list[SavedArray]]:
    """The arrays of the optimizer and of the metrics, each relative to its root group (metrics with it)."""
    optimizer = tree.claim(OPTIMIZER)
    metrics = [array for root in _METRIC_ROOTS for array in tree.claim(root, below="")]
    return optimizer, metrics


def _assign_model(walk: _Layers, model: dict[str, Any], prefix: str, path: tuple[str, ...]) -> None:
    """Match the layers of one model with the groups of its container."""
    layers = layers_of(model) or []
    container = next(
        (c for name in CONTAINERS if (c := f"{prefix}/{name}" if prefix else name) in walk.tree.groups), None
    )
    if container is None:
        # Only a model all of whose layers were saved elsewhere has no container of its own.
        for layer in layers:
            _share(walk, layer, (*path, layer_name(layer)))
        return
    chosen = _match(walk, layers, container)
    for index, layer in enumerate(layers):
        name = (*path, layer_name(layer))
        group = chosen.get(index)
        if group is None:
            _share(walk, layer, name)
        else:
            _assign_layer(walk, layer, group, name)


def _match(walk: _Layers, layers: list[dict[str, Any]], container: str) -> dict[int, str]:
    """Index of each layer → its group; layers saved elsewhere are left out.

    Raises:
        MigrationError: WGT006 when the groups of a class are not as many as its layers.
    """
    by_base: dict[str, list[int]] = {}
    for index, layer in enumerate(layers):
        if is_operation(layer):
            continue
        by_base.setdefault(to_snake_case(class_of(layer)), []).append(index)
    children = walk.tree.children(container)
    chosen: dict[int, str] = {}
    for base, indices in by_base.items():
        groups = _numbered(children, base, by_base)
        candidates = indices
        if len(groups) != len(candidates):
            candidates = [i for i in indices if not _saved_before(walk, layers, i)]
        if len(groups) != len(candidates) and base == "input_layer":
            continue  # Sequential lists its InputLayer in the configuration only; it has no state
        if len(groups) != len(candidates):
            raise MigrationError(
                "WGT006",
                f"{len(candidates)} layers of class {class_of(layers[indices[0]])} but {len(groups)} groups "
                f"{base!r} in {container}",
                _HINT,
                walk.tree.place,
            )
        chosen.update((i, f"{container}/{g}") for i, g in zip(candidates, groups, strict=True))
    return chosen


def _numbered(children: list[str], base: str, bases: dict[str, list[int]]) -> list[str]:
    """The groups of a class by number; one that is named after another class (``Dense_1``) is not its."""
    found = []
    for child in children:
        if child == base:
            found.append((0, child))
        elif child.startswith(f"{base}_") and child[len(base) + 1 :].isdigit() and child not in bases:
            found.append((int(child[len(base) + 1 :]), child))
    return [name for _, name in sorted(found)]


def _saved_before(walk: _Layers, layers: list[dict[str, Any]], index: int) -> bool:
    """Whether a layer was saved before: elsewhere, or within a nested model that stands before it."""
    key = (class_of(layers[index]), layer_name(layers[index]))
    return key in walk.by_name or any(key in _nested_keys(layer) for layer in layers[:index])


def _nested_keys(layer: dict[str, Any]) -> set[tuple[str, str]]:
    """Class and name of every layer inside a nested model."""
    found: set[tuple[str, str]] = set()
    todo = list(layers_of(layer) or [])
    while todo:
        inner = todo.pop()
        found.add((class_of(inner), layer_name(inner)))
        todo.extend(layers_of(inner) or [])
    return found


def _share(walk: _Layers, layer: dict[str, Any], path: tuple[str, ...]) -> None:
    """A layer without a group: its arrays stand where it was first saved."""
    for first in walk.by_name.get((class_of(layer), layer_name(layer)), []):
        root = (
            first.layer[: first.layer.index(layer_name(layer)) + 1]
            if layer_name(layer) in first.layer
            else ()
        )
        copy = LayerWeights((*path, *first.layer[len(root) :]), list(first.arrays))
        walk.weights.append(copy)
        walk.shared[copy.path] = first.path


def _assign_layer(walk: _Layers, layer: dict[str, Any], group: str, path: tuple[str, ...]) -> None:
    """Claim everything below a layer's group, going into nested and wrapped models."""
    start = len(walk.weights)
    walk.groups[group] = path
    if layers_of(layer) is not None and _has_container(walk.tree, group):
        _assign_model(walk, layer, group, path)
    else:
        inner, inner_group = _wrapped_model(walk.tree, layer, group)
        if inner is not None:
            _assign_model(walk, inner, inner_group, path)
    arrays = walk.tree.claim(group)
    if arrays:
        _check_sizes(layer, arrays, path, walk.tree.place)
        walk.weights.append(LayerWeights(path, arrays))
    elif len(walk.weights) == start:
        walk.weights.append(LayerWeights(path))
    walk.by_name.setdefault((class_of(layer), layer_name(layer)), walk.weights[start:])


def _has_container(tree: ArchiveTree, group: str) -> bool:
    return any(f"{group}/{name}" in tree.groups for name in CONTAINERS)


def _wrapped_model(tree: ArchiveTree, layer: dict[str, Any], group: str) -> tuple[dict[str, Any] | None, str]:
    """The model inside wrappers (``TimeDistributed(model)``) and its group."""
    node, where = layer, group
    for _ in range(8):
        config = node.get("config")
        inner = config.get("layer") if isinstance(config, dict) else None
        where = f"{where}/layer"
        if not isinstance(inner, dict) or where not in tree.groups:
            return None, group
        if layers_of(inner) is not None and _has_container(tree, where):
            return inner, where
        node = inner
    return None, group


def _check_sizes(layer: dict[str, Any], arrays: list[SavedArray], path: tuple[str, ...], place: str) -> None:
    """Where a configuration states a size, the arrays must have it: a check on the numbering of the groups.

    Raises:
        MigrationError: WGT006.
    """
    config = layer.get("config")
    if not isinstance(config, dict):
        return
    first = next((a for a in arrays if a.name == "vars/0"), None)
    if first is None or not first.shape:
        return
    for expected, found in _stated_sizes(class_of(layer), config, first.shape):
        if isinstance(expected, int) and expected != found:
            raise MigrationError(
                "WGT006",
                f"{'/'.join(path)} ({class_of(layer)}) would get an array of shape {first.shape}, which its "
                f"configuration ({expected}) rules out",
                _HINT,
                place,
            )


def _stated_sizes(
    class_name: str, config: dict[str, Any], shape: tuple[int, ...]
) -> Iterator[tuple[Any, int]]:
    if class_name == "Dense":
        yield config.get("units"), shape[-1]
    elif class_name in ("Conv1D", "Conv2D", "Conv3D"):
        yield config.get("filters"), shape[-1]
    elif class_name == "Embedding" and len(shape) == 2:
        yield config.get("input_dim"), shape[0]
        yield config.get("output_dim"), shape[1]

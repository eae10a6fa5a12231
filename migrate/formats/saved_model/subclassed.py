"""SavedModels of classes derived from ``Model``: the class's name and configuration, its call, and its objects.

Keras writes no graph of layers for them. What it writes is ``class_name``, ``config`` (``{"layer was saved without
config": true}`` where the class has no ``get_config``), and from 2.6 on ``full_save_spec``, the arguments of
``call`` (tf_keras/src/saving/legacy/saved_model/model_serialization.py). The checkpoint's object graph knows every
variable by the attributes that lead to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from migrate.formats.checkpoint.layers import VALUE
from migrate.formats.saved_model.names import DEFAULT_SIGNATURE
from migrate.formats.saved_model.tables import static_tables
from migrate.formats.stock import is_stock_class

if TYPE_CHECKING:
    from migrate.formats.checkpoint.objects import ObjectGraph
    from migrate.formats.saved_model.reader import SavedModel

ROOT = "_tf_keras_model"
_CLASSES = frozenset({ROOT, "_tf_keras_layer", "_tf_keras_rnn_layer"})
_BOOKKEEPING = frozenset(
    {"keras_api", "variables", "trainable_variables", "non_trainable_variables", "regularization_losses",
     "signatures", "optimizer", "loss", "loss_tracker", "compiled_loss", "compiled_metrics", "train_function",
     "test_function", "predict_function", "save_counter"}
)  # fmt: skip
"""Children that Keras adds to every object; none is an attribute that a class set."""
_WITHOUT = "layer was saved without config"
_NUMBER = re.compile(r"(\d+)$")
Names = list[str]


@dataclass(slots=True)
class TreeNode:
    """One object by the attributes of its class.

    Attributes:
        children: attribute, list index or dict key → object number.
        key: of its value in the checkpoint; empty for what is no variable.
        name: that the variable had when it was saved.
    """

    children: dict[str, int] = field(default_factory=dict)
    key: str = ""
    name: str = ""


@dataclass(slots=True)
class Subclassed:
    """A root whose class is the author's.

    Attributes:
        class_name: as registered, ``package>Name``, or plain.
        config: for ``from_config``; None where the class gave none.
        arguments: structure of the first argument of ``call`` with input keys as leaves; a key alone for one tensor.
        classes: every class of the object graph that is not Keras' own, with the path to one of its objects.
        nodes: objects that hold variables, by number; 0 is the root.
        tables: static lookup tables by object path.
    """

    class_name: str
    config: dict[str, Any] | None
    arguments: Any
    classes: dict[str, str]
    nodes: dict[int, TreeNode]
    tables: dict[str, dict[str, Any]]


def custom_classes(model: SavedModel) -> dict[str, str]:
    """Classes of layers and models that are not Keras' own → path to an object of each; the root's path is empty."""
    found: dict[str, str] = {}
    for number, node in sorted(model.keras_nodes.items()):
        if name := custom_class(node):
            found.setdefault(name, model.serving.objects.path(number))
    return found


def custom_class(node: dict[str, Any]) -> str:
    """The class of a layer or model as the metadata names it; empty for Keras' own and for other objects."""
    name = str(node.get("class_name") or "")
    return name if name and node.get("identifier") in _CLASSES and not is_stock_class(name) else ""


def subclassed_root(model: SavedModel, graph: ObjectGraph | None) -> Subclassed | None:
    """What is known of a root whose class is the author's; None where the root is another thing.

    Args:
        model: as read.
        graph: of its variables; None for a model without any.
    """
    root = model.keras_nodes.get(0, {})
    if model.architecture is not None or root.get("identifier") != ROOT or not root.get("class_name"):
        return None
    config = _plain(root.get("config"))
    usable = isinstance(config, dict) and config and not config.get(_WITHOUT)
    inputs = next((s.inputs for s in model.serving.signatures if s.name == DEFAULT_SIGNATURE), ())
    return Subclassed(
        str(root["class_name"]),
        config if usable else None,
        call_arguments(root, [t.key for t in inputs]),
        custom_classes(model),
        object_tree(graph) if graph is not None else {0: TreeNode()},
        {"/".join(path): table for path, table in static_tables(model.serving).items()},
    )


def object_tree(graph: ObjectGraph) -> dict[int, TreeNode]:
    """The objects of a checkpoint that lead from the root to variables, Keras' bookkeeping left out."""
    holding = _above_values(graph)
    tree: dict[int, TreeNode] = {}
    todo = [0]
    while todo:
        number = todo.pop()
        if number in tree:
            continue
        stored = graph.nodes[number]
        key, name = stored.attributes.get(VALUE, ("", ""))
        children = {
            attribute: child
            for attribute, child in stored.children.items()
            if attribute not in _BOOKKEEPING and child in holding
        }
        tree[number] = TreeNode(children, key, name)
        todo += children.values()
    return tree


def _above_values(graph: ObjectGraph) -> set[int]:
    """Objects from which a value can be reached."""
    parents: dict[int, list[int]] = {}
    for number, node in enumerate(graph.nodes):
        for child in node.children.values():
            parents.setdefault(child, []).append(number)
    todo = [number for number, node in enumerate(graph.nodes) if node.attributes]
    found = set(todo)
    while todo:
        above = [n for n in parents.get(todo.pop(), ()) if n not in found]
        found.update(above)
        todo += above
    return found


def call_arguments(root: dict[str, Any], keys: Names) -> Any:
    """The structure that ``call`` takes as its first argument, its leaves the keys of the signature.

    Where no structure is stored (before 2.6): one key alone, numbered ones (``input_1``, …) as a list, others as a
    dict.
    """
    spec = _plain(root.get("full_save_spec"))
    first = spec[0][0] if isinstance(spec, list) and spec and spec[0] else _plain(root.get("save_spec"))
    names = [_spec_name(leaf) for leaf in _leaves(first)]
    if first is not None and len(names) == len(keys):
        known = {name: key for name in names for key in keys if key in (name, name.rpartition("/")[2])}
        if len(set(known.values())) == len(keys):
            return _replaced(first, known)
        if len(keys) == 1:
            return _replaced(first, {names[0]: keys[0]})
    if len(keys) == 1:
        return keys[0]
    numbers = [_NUMBER.search(key) for key in keys]
    if all(key.startswith(("input_", "args_")) for key in keys) and all(numbers):
        return sorted(keys, key=lambda key: int(_NUMBER.findall(key)[0]))
    return {key: key for key in keys}


def _plain(value: Any) -> Any:
    """JSON of Keras' encoder as plain values: tuples become lists."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") in ("__tuple__", "TensorShape") and "items" in value:
        return _plain(value["items"])
    return {key: _plain(item) for key, item in value.items()}


def _is_spec(value: Any) -> bool:
    return isinstance(value, dict) and value.get("class_name") == "TypeSpec"


def _spec_name(leaf: dict[str, Any]) -> str:
    serialized = leaf.get("serialized")
    return str(serialized[-1]) if isinstance(serialized, list) and serialized else ""


def _leaves(value: Any) -> list[dict[str, Any]]:
    if _is_spec(value):
        return [value]
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in _leaves(value[key])]
    return [leaf for item in value for leaf in _leaves(item)] if isinstance(value, list) else []


def _replaced(value: Any, known: dict[str, str]) -> Any:
    if _is_spec(value):
        return known[_spec_name(value)]
    if isinstance(value, dict):
        return {key: _replaced(item, known) for key, item in value.items()}
    return [_replaced(item, known) for item in value] if isinstance(value, list) else value

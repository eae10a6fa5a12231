"""Names in a configuration that mean the author's own code, though Keras has something of that name today.

Three things tell: the writing release did not have the name; the file records the package or module (archives do, of
classes); the configuration of the object is not one that Keras' class writes. What none of them tells is doubtful for
the few functions that Keras took up late, because people had written them themselves until then. A function that has
the name of an activation of Keras is stored as that name alone, registered or not, in HDF5 and in archives
(``serialize`` of ``keras/src/activations.py`` in 2.12 to 2.15).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from migrate.findings import MigrationError
from migrate.formats.artifact import Format
from migrate.formats.stock import ACTIVATIONS, LAYERS, MODELS, is_stock_class
from migrate.formats.stock_table import ever_stock, family_of, stock_name, table
from migrate.formats.writers import BUILT_WITH, stored_writer

if TYPE_CHECKING:
    from migrate.formats.artifact import LegacyArtifact, Writer

OWN = "own"
"""Package of a name that was found to be the author's: ``own>swish``."""
ACTIVATION_KEYS = frozenset({"activation", "recurrent_activation", "inner_activation"})
"""Keys of a configuration that hold the name of an activation."""
_LAYER_KEYS = frozenset({"layer", "backward_layer", "cell", "cells", "layers"})
_KINDS = {"initializer": "initializers", "regularizer": "regularizers", "constraint": "constraints"}
_COMMON = frozenset(
    {"name", "trainable", "dtype", "batch_input_shape", "batch_shape", "input_shape", "input_dtype", "input_dim",
     "input_length", "weights", "sparse", "ragged", "activity_regularizer", "dynamic", "autocast", "optional"}
)  # fmt: skip
"""Keys that any layer's configuration can have."""
_TENSORFLOW = frozenset({"relu6", "softmax_v2", "log_softmax_v2", "relu_v2", "elu_v2", "selu_v2", "tanh_v2"})
"""Functions of ``tf.nn`` that people handed to layers; each has one definition."""
_PACKAGES = frozenset({"keras", "tensorflow", "tf_keras", "builtins"})
_ALIASES = frozenset({"Deconvolution3D", "SeparableConvolution1D"})
"""Second names of layers of Keras 2."""
_LATE = Version("2.3")
"""Activations that tf.keras has only from here on were everybody's own before."""
_SHORTHANDS = frozenset({"accuracy", "acc", "crossentropy", "ce"})
"""Metrics that ``compile`` itself resolves, in every release."""
_APPLICATIONS = ("stem_activation", "top_activation", "_expand_activation", "_se_reduce")
"""Layers of ``keras.applications`` (EfficientNet), whose swish is Keras' own."""


@dataclass(frozen=True, slots=True)
class OwnName:
    """A name of a configuration that is, or may be, the author's.

    Attributes:
        kind: ``layers``, ``activations``, …
        name: as written, without a package.
        place: name of the layer that holds it.
        reason: what tells, as the end of a sentence.
        certain: False where only the author can say.
    """

    kind: str
    name: str
    place: str
    reason: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class OwnCode:
    """What is known of the author's code beside the file.

    Attributes:
        defined: names of classes and functions that the given sources define.
        stock: names that are said to mean Keras' own.
        proven: doubtful names may be taken for stock, because the outputs are compared with recorded ones.
        modules: handle of a TF Hub module to the folder of its SavedModel.
    """

    defined: frozenset[str] = frozenset()
    stock: frozenset[str] = frozenset()
    proven: bool = False
    modules: Mapping[str, str] = field(default_factory=dict)


def settle(
    artifact: LegacyArtifact,
    code: OwnCode,
    known: frozenset[tuple[str, str]] = frozenset(),
    functions: Mapping[str, str] = MappingProxyType({}),
) -> list[OwnName]:
    """The stock names of an architecture that mean the author's code, which is at hand for each.

    Args:
        artifact: with its architecture.
        code: what is known of the author's code.
        known: names and places that mean a class of a known package.
        functions: activations that a known package has, and why each may not be Keras' own.

    Raises:
        MigrationError: ``CFG005`` for a name that is the author's and not defined, ``CFG006`` for one of which nothing
            tells whose it is.
    """
    settled: list[OwnName] = []
    asked: list[OwnName] = []
    for own in (of_package(name, functions) for name in own_names(artifact)):
        if is_adapted(own, known) and own.name not in code.defined:
            continue
        if own.name in code.stock or (not own.certain and own.name not in code.defined and code.proven):
            continue
        (settled if own.name in code.defined else asked).append(own)
    if asked:
        doubtful = dict.fromkeys([*sorted(code.stock), *(own.name for own in asked if not own.certain)])
        raise refusal(asked[0], list(doubtful))
    return settled


def of_package(own: OwnName, functions: Mapping[str, str]) -> OwnName:
    """A name beside the layers of a package: doubtful, where the package has an activation that is called so."""
    if own.kind != "activations" or own.name not in functions:
        return own
    return replace(own, reason=functions[own.name], certain=False)


def is_adapted(own: OwnName, known: frozenset[tuple[str, str]]) -> bool:
    """Whether a name is of a layer that an adapter replaces: its class, or an initializer, which nobody runs then."""
    if own.kind == "initializers":
        return any(own.place == place for _, place in known)
    return (own.name, own.place) in known


def refusal(own: OwnName, doubtful: Sequence[str] = ()) -> MigrationError:
    """Why a model cannot be migrated without the code of a name, or without a word about it.

    Args:
        own: the name.
        doubtful: all that a word is needed about, so that one is enough; the name alone unless given.
    """
    if own.certain:
        return MigrationError(
            "CFG005",
            f"layer {own.place!r} uses the author's own {own.name}, not Keras': {own.reason}",
            f"Supply the code that defines {own.name} with --source DIR or --custom-objects FILE.py.",
            place=own.place,
        )
    names = ",".join(doubtful) or own.name
    return MigrationError(
        "CFG006",
        f"layer {own.place!r} uses {own.name!r}, and {own.reason}",
        f"If it is Keras' own, pass --stock-names {names}; if not, supply the code with --source DIR. A recording "
        "(MODEL.golden.npz) resolves it, too.",
        place=own.place,
    )


def own_names(artifact: LegacyArtifact) -> list[OwnName]:
    """Every stock name of the architecture that is not, or perhaps not, Keras' own; in the order of the layers."""
    recorded = artifact.format is Format.SAVED_MODEL
    found: dict[tuple[str, str, str], OwnName] = {}
    writer = _namer(artifact)
    for kind, node, place in _names(artifact.architecture or {}):
        own = judged(kind, node, place, writer, recorded=recorded)
        if own is not None:
            found.setdefault((own.kind, own.name, own.place), own)
    return list(found.values())


def _namer(artifact: LegacyArtifact) -> Writer:
    """Who gave the names: the release that an architecture states, whatever wrote the weights beside it."""
    root = artifact.architecture or {}
    stated = root.get(BUILT_WITH, root.get("keras_version"))
    return stored_writer(stated, None) if isinstance(stated, str) else artifact.writer


def judged(kind: str, node: Any, place: str, writer: Writer, *, recorded: bool) -> OwnName | None:
    """What a name means: None for Keras' own, and for one that Keras never had (which is no question).

    Args:
        kind: of the place in the configuration.
        node: a function's name, or an object with ``class_name`` and ``config``.
        place: for the message.
        writer: of the file.
        recorded: the file holds what a function computes: the graph of a SavedModel.
    """
    if isinstance(node, str):
        return _judged_function(kind, node, place, writer, recorded=recorded)
    name, config = str(node.get("class_name")), node.get("config")
    if kind == "layers" and isinstance(config, Mapping) and isinstance(config.get("layers"), list):
        bare = name.rpartition(">")[2]
        if name.startswith("Keras>") or bare in MODELS or is_stock_class(bare):
            return None
        return OwnName(kind, name, place, "a model of an author's class may compute more than its layers do")
    if ">" in name or ">" in str(node.get("registered_name") or ""):
        return None
    if not (ever_stock(kind, name) or is_stock_class(name)) or not isinstance(config, Mapping):
        return None
    module = node.get("module")
    if isinstance(module, str) and module.split(".")[0] not in _PACKAGES:
        return OwnName(kind, name, place, f"the file records that it comes from the module {module!r}")
    if not ever_stock(kind, name):
        return OwnName(kind, name, place, _lacks(kind, name, writer)) if _is_modern(kind, name) else None
    known = stock_name(kind, name, writer)
    if known is None:
        return OwnName(kind, name, place, _lacks(kind, name, writer))
    strange = sorted(set(config) - known.keys - _COMMON)
    if strange:
        keys = ", ".join(map(repr, strange))
        return OwnName(kind, name, place, f"its configuration has {keys}, which Keras' {name} never had")
    if known.written - _COMMON and not set(config) - _COMMON:
        keys = ", ".join(map(repr, sorted(known.written - _COMMON)[:3]))
        return OwnName(
            kind, name, place, f"its configuration lacks {keys}, which Keras' {name} always writes"
        )
    return None


def _judged_function(kind: str, name: str, place: str, writer: Writer, *, recorded: bool) -> OwnName | None:
    known_today = ever_stock(kind, name) or _is_modern(kind, name)
    if ">" in name or name in _TENSORFLOW or not known_today:
        return None
    known = stock_name(kind, name, writer)
    if known is None:
        return OwnName(kind, name, place, _lacks(kind, name, writer))
    if recorded or kind != "activations" or not late(name) or any(mark in place for mark in _APPLICATIONS):
        return None
    reason = f"the file does not record whose {name!r} it is: Keras' own, or another function with that name"
    return OwnName(kind, name, place, reason, certain=False)


def _is_modern(kind: str, name: str) -> bool:
    """Whether only Keras 3 has the name: what an older file calls so is its author's (``RMSNormalization``)."""
    if ever_stock(kind, name) or name in _ALIASES:
        return False
    return name in {"layers": LAYERS, "activations": ACTIVATIONS}.get(kind, frozenset())


def late(name: str) -> bool:
    """Whether an activation came to Keras after people had long written it themselves."""
    families = table().get(("activations", name), {})
    return "keras" not in families and bool(families) and families["tf.keras"].first >= _LATE


def _lacks(kind: str, name: str, writer: Writer) -> str:
    known = family_of(writer)
    release = f"{known[0]} {writer.keras}" if known else "the writing release"
    return f"{release} had no {name} among its {kind}"


def mark_own(architecture: dict[str, Any], own: list[OwnName]) -> dict[str, Any]:
    """The architecture with the package ``own>`` in front of each of these names; the given one stays as it is."""
    wanted = {(o.kind, o.name, o.place) for o in own}
    if not wanted:
        return architecture

    def marked(kind: str, node: Any, place: str) -> Any:
        if isinstance(node, str):
            return f"{OWN}>{node}" if (kind, node, place) in wanted else node
        if (kind, node.get("class_name"), place) not in wanted:
            return node
        kept = {key: value for key, value in node.items() if key not in ("module", "registered_name")}
        return {**kept, "class_name": f"{OWN}>{node['class_name']}"}

    changed: dict[str, Any] = _rewritten(architecture, "layers", "", marked)
    return changed


def mark_own_training(training: Mapping[str, Any], writer: Writer) -> dict[str, Any]:
    """A training configuration with ``own>`` in front of what the writing release did not have yet."""

    def marked(value: Any, *kinds: str) -> Any:
        if isinstance(value, str):
            return f"{OWN}>{value}" if _is_later(value, writer, *kinds) else value
        if isinstance(value, list):
            return [marked(item, *kinds) for item in value]
        if not isinstance(value, Mapping):
            return value
        name = value.get("class_name")
        if not isinstance(name, str):
            return {key: marked(item, *kinds) for key, item in value.items()}
        return {**value, "class_name": f"{OWN}>{name}"} if _is_later(name, writer, *kinds) else value

    kinds = {
        "optimizer": ("optimizers",),
        "optimizer_config": ("optimizers",),
        "loss": ("losses",),
        "metrics": ("metrics", "losses"),
        "weighted_metrics": ("metrics", "losses"),
    }
    return {key: marked(value, *kinds[key]) if key in kinds else value for key, value in training.items()}


def _is_later(name: str, writer: Writer, *kinds: str) -> bool:
    """Whether Keras took up a name after the writing release."""
    known = [kind for kind in kinds if ever_stock(kind, name) and name not in _SHORTHANDS]
    return bool(known) and all(stock_name(kind, name, writer) is None for kind in known)


def _names(root: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    found: list[tuple[str, Any, str]] = []

    def note(kind: str, node: Any, place: str) -> Any:
        found.append((kind, node, place))
        return node

    _rewritten(root, "layers", "", note)
    yield from found


def _rewritten(node: Any, kind: str, place: str, change: Any) -> Any:
    """A configuration with ``change(kind, node, place)`` applied to each object and name of a function in it."""
    if isinstance(node, list):
        return [_rewritten(item, kind, place, change) for item in node]
    if not isinstance(node, Mapping):
        return node
    if isinstance(node.get("class_name"), str) and "config" in node:
        config = node["config"]
        if kind == "layers":
            own = config.get("name") if isinstance(config, Mapping) else None
            place = str(node.get("name") or own or place)
        return change(kind, {**node, "config": _of_config(config, place, change)}, place)
    return dict(node)


def _of_config(config: Any, place: str, change: Any) -> Any:
    if isinstance(config, list):  # the Sequential model of Keras 1 and 2.0
        return [_rewritten(item, "layers", place, change) for item in config]
    if not isinstance(config, Mapping):
        return config
    result = {}
    for key, value in config.items():
        kind = "activations" if key in ACTIVATION_KEYS else _KINDS.get(key.rpartition("_")[2], "layers")
        if isinstance(value, str):
            named = kind != "layers"
            result[key] = change(kind, value, place) if named else value
        elif isinstance(value, list | Mapping) and (kind != "layers" or key in _LAYER_KEYS):
            result[key] = _rewritten(value, kind, place, change)
        else:
            result[key] = value
    return result

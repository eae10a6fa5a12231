"""The classes and functions of a repository that build, or are, parts of models: what a proof is about."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from migrate.own_code.files import Place, SourceIndex
from migrate.own_code.modules import SourceModule, modules_of


class Kind(StrEnum):
    """What a definition is, as far as its source says; what it is called with depends on it."""

    LAYER = "layer"
    MODEL = "model"
    LOSS = "loss"
    METRIC = "metric"
    INITIALIZER = "initializer"
    REGULARIZER = "regularizer"
    CONSTRAINT = "constraint"
    SCHEDULE = "schedule"
    BUILDER = "builder"
    """A function without tensors among its arguments: it returns a model, a layer or another function."""
    BLOCK = "block"
    """A function that applies layers to a symbolic tensor."""
    FUNCTION = "function"
    """A function of one tensor."""
    PAIR = "loss function"
    """A function of labels and predictions."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One definition to prove.

    Attributes:
        name: of the class or function.
        kind: what it is.
        place: file and line.
        end: its last line.
        node: its syntax.
        constructor: of a class, the ``__init__`` that it has or inherits within the repository; of a function itself.
    """

    name: str
    kind: Kind
    place: Place
    end: int
    node: ast.ClassDef | ast.FunctionDef
    constructor: ast.FunctionDef | None

    @property
    def key(self) -> str:
        """What it is called in records: file and name."""
        return f"{str(self.place).rpartition(':')[0]}:{self.name}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A definition that no proof by itself is about, and why."""

    key: str
    line: int
    why: str


KERAS = frozenset({"keras", "tensorflow", "tf_keras", "tensorflow_addons"})
_OF_SEGMENT = {
    "losses": Kind.LOSS,
    "metrics": Kind.METRIC,
    "initializers": Kind.INITIALIZER,
    "regularizers": Kind.REGULARIZER,
    "constraints": Kind.CONSTRAINT,
    "schedules": Kind.SCHEDULE,
    "layers": Kind.LAYER,
    "topology": Kind.LAYER,
    "base_layer": Kind.LAYER,
    "merge": Kind.LAYER,
    "engine": Kind.LAYER,
}
_MODELS = frozenset({"Model", "Sequential", "Functional"})
_NOT_BUILT = {
    "callbacks": "a callback acts on a running program",
    "optimizers": "an optimizer acts on a running program",
    "utils": "a data sequence builds nothing",
}
_LABELS = frozenset(
    {"y_true", "true", "y_t", "labels", "label", "target", "targets", "y", "gt", "ground_truth"}
)
_PREDICTIONS = frozenset(
    {"y_pred", "pred", "y_p", "logits", "prediction", "predictions", "output", "y_hat", "preds"}
)
_TENSORS = frozenset(
    {"x", "input", "inputs", "input_tensor", "tensor", "input_layer", "net", "inp", "layer_input"}
    | {
        "prev",
        "previous",
        "prev_layer",
        "init",
        "xx",
        "feature_map",
        "hidden",
        "data",
        "tensors",
        "embedding",
    }
)
_PROCEDURES = frozenset(
    {
        "fit",
        "fit_generator",
        "train_on_batch",
        "predict",
        "predict_generator",
        "evaluate",
        "evaluate_generator",
    }
    | {
        "save",
        "save_weights",
        "load_model",
        "load_weights",
        "savefig",
        "imshow",
        "imread",
        "parse_args",
        "minimize",
    }
    | {"open", "print_function", "system", "VideoCapture", "read_csv"}
)


def subjects(index: SourceIndex) -> tuple[list[Subject], list[Skipped]]:
    """Definitions to prove in the order of files and lines, and those that no proof by itself is about.

    Tests are left out: they run as tests.
    """
    modules = [(root, module) for root, module in modules_of(index) if not _is_test(module.path)]
    classes = {
        node.name: (module, node)
        for _, module in modules
        for statement in module.statements
        if isinstance(node := statement.node, ast.ClassDef)
    }
    found: list[Subject] = []
    skipped: list[Skipped] = []
    for root, module in modules:
        for statement in module.statements:
            node = statement.node
            place = Place(root, module.path, statement.line)
            if isinstance(node, ast.ClassDef):
                verdict = _class_kind(module, node, classes, ())
                made = _constructor(node, classes, ())
            elif isinstance(node, ast.FunctionDef):
                verdict, made = _function_kind(module, node, classes), node
            else:
                continue
            end = node.end_lineno or statement.line
            if isinstance(verdict, Kind):
                found.append(Subject(node.name, verdict, place, end, node, made))
            elif verdict:
                skipped.append(
                    Skipped(f"{str(place).rpartition(':')[0]}:{node.name}", statement.line, verdict)
                )
    return found, skipped


def _is_test(path: Path) -> bool:
    name = path.name
    return name.startswith("test_") or name.endswith("_test.py") or name in {"conftest.py", "setup.py"}


_Classes = dict[str, tuple[SourceModule, ast.ClassDef]]


def _class_kind(
    module: SourceModule, node: ast.ClassDef, classes: _Classes, seen: Sequence[str]
) -> Kind | str:
    """The kind of a class; why it is none that can be built alone; empty for one that is not of Keras."""
    for base in node.bases:
        dotted = _dotted(module, base)
        parts = dotted.split(".")
        if parts[0] in KERAS:
            return _kind_of_base(parts)
        known = classes.get(parts[-1])
        if known is not None and parts[-1] not in seen and known[1] is not node:
            verdict = _class_kind(*known, classes, [*seen, node.name])
            if verdict:
                return verdict
    return ""


def _kind_of_base(parts: Sequence[str]) -> Kind | str:
    if parts[-1] in _MODELS:
        return Kind.MODEL
    for segment in reversed(parts[:-1]):
        if segment in _OF_SEGMENT:
            return _OF_SEGMENT[segment]
        if segment in _NOT_BUILT:
            return _NOT_BUILT[segment]
    return Kind.LAYER if parts[-1] in ("Layer", "Wrapper") else ""


def _dotted(module: SourceModule, node: ast.expr) -> str:
    """The dotted path of a name or attribute through the module's imports."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    found = module.imports.get(node.id)
    if found is None:
        head = node.id
    else:
        head = f"{found.module}.{found.name}" if found.name else found.module
        if found.level and not found.module:
            head = found.name or ""
    return ".".join([head, *reversed(parts)])


def _constructor(node: ast.ClassDef, classes: _Classes, seen: Sequence[str]) -> ast.FunctionDef | None:
    for item in node.body:
        if isinstance(item, ast.FunctionDef) and item.name == "__init__":
            return item
    for base in node.bases:
        name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
        if name in classes and name not in seen and name != node.name:
            made = _constructor(classes[name][1], classes, [*seen, node.name])
            if made is not None:
                return made
    return None


def _function_kind(module: SourceModule, node: ast.FunctionDef, classes: _Classes) -> Kind | str:
    """The kind of a function; why it is no subject; empty for one that touches no Keras."""
    reads = {dotted for dotted in _reads(module, node) if dotted.split(".")[0] in KERAS}
    own = {name for name in _names(node) if name in classes}
    if not reads and not own and not _calls_local(module, node):
        return ""
    called = set(_called(node))
    acts = called & _PROCEDURES
    if acts:
        return f"a procedure (it calls {', '.join(sorted(acts)[:3])})"
    if not any(isinstance(n, ast.Return) and n.value is not None for n in ast.walk(node)):
        return "a procedure: it returns nothing"
    names = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
    if len(names) >= 2 and names[0].lower() in _LABELS and names[1].lower() in _PREDICTIONS:
        return Kind.PAIR
    if names and names[0].lower() in _TENSORS and "Input" not in called:
        return Kind.BLOCK if own or _makes_layers(module, node) else Kind.FUNCTION
    if not reads and not own:
        return ""
    return Kind.BUILDER


def _reads(module: SourceModule, node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute | ast.Name):
            dotted = _dotted(module, inner)
            if dotted:
                yield dotted


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _called(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            yield inner.func.attr if isinstance(inner.func, ast.Attribute) else getattr(inner.func, "id", "")


def _calls_local(module: SourceModule, node: ast.FunctionDef) -> bool:
    """Whether a function calls another definition of its module that reads Keras: a block made of blocks."""
    for name in _called(node):
        for statement in module.bindings.get(name, []):
            if statement.node is not node and any(
                dotted.split(".")[0] in KERAS for dotted in _reads(module, statement.node)
            ):
                return True
    return False


def _makes_layers(module: SourceModule, node: ast.FunctionDef) -> bool:
    """Whether a function calls what a call returned, ``Dense(8)(x)``, or hands its tensor to one that does."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Call):
            return True
        if isinstance(inner, ast.Call) and ".layers." in f"{_dotted(module, inner.func)}.":
            return True
    return any(
        isinstance(statement.node, ast.FunctionDef)
        and statement.node is not node
        and any(isinstance(i, ast.Call) and isinstance(i.func, ast.Call) for i in ast.walk(statement.node))
        for name in _called(node)
        for statement in module.bindings.get(name, [])
    )

"""Layers of the project that lean on what the base classes of Keras 2 did for them (``LAY``, ``CUS``)."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemods.edits import Code, InsertStatement
from codemods.names.trees import walk
from codemods.rules._evidence import LAYER, MODEL, method_of, super_init
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context
    from codemods.names.values import Names

LAY115 = SourceRule(
    code="LAY115",
    name="weights-of-an-own-layer",
    summary="One of the project's layers receives weights=, which the base class no longer accepts.",
    severity=Severity.ERROR,
    why="`Layer.__init__` of Keras 2 accepted `weights=` and set them after `build`; Keras 3 raises `Unrecognized "
    "keyword arguments passed to Table`. If the class accepts `**kwargs` and has a `build`, the rule adds to it "
    "what the base class did; the calls do not change.",
    references=(GUIDE, "keras-team/keras#19196"),
    manual="omit weights=, and call layer.set_weights(weights) once the layer is built",
    proofs=(Proof(),),
)
CUS031 = SourceRule(
    code="CUS031",
    name="several-outputs-of-a-stock-layer",
    summary="A layer that derives from a stock layer and has several outputs needs a compute_output_spec.",
    severity=Severity.ERROR,
    why="Embedding, Flatten, Reshape, Permute and the merging layers of Keras 3 create a single symbolic tensor "
    "from the result of compute_output_shape: `Cannot convert '[(None, None, 4), (9, 4)]' to a shape`. The base "
    "class Layer creates one for each shape; if the class defines no shapes, `call` is traced for them as Keras 2 "
    "did.",
    references=(GUIDE,),
    proofs=(Proof(), Proof("proof_2")),
)
_TAKE_WEIGHTS = frozenset({"keras.layers.Embedding"})
"""Stock layers that take ``weights=`` in Keras 3 as well."""
_MERGING = ("Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum", "Multiply", "Subtract")
_ONE_OUTPUT = frozenset(
    f"keras.layers.{name}"
    for name in ("CategoryEncoding", "Embedding", "Flatten", "Permute", "Reshape", *_MERGING)
)
"""Stock layers of Keras 3 that make one symbolic tensor of what ``compute_output_shape`` says."""


@dataclass(frozen=True, slots=True)
class _Places:
    """Where a class gets what the base class did: before the call of its constructor, and at the end of ``build``."""

    constructor: ast.stmt
    keywords: str
    end: ast.stmt


def _takes_weights(cls: ast.ClassDef, bases: Iterable[str]) -> bool:
    """Whether a class sees to ``weights=`` itself."""
    init = method_of(cls, "__init__")
    if not _TAKE_WEIGHTS.isdisjoint(bases):
        return True
    if init is None:
        return False
    named = [a.arg for a in (*init.args.args, *init.args.kwonlyargs)]
    spoken = any(isinstance(node, ast.Constant) and node.value == "weights" for node in walk(init))
    return "weights" in named or spoken


def _places(cls: ast.ClassDef) -> _Places | None:
    """Where a class could be given what it lacks; None when it hands its keywords on in a way that hides it."""
    init, build = method_of(cls, "__init__"), method_of(cls, "build")
    if init is None or build is None or init.args.kwarg is None:
        return None
    if any(isinstance(node, ast.Return) for node in walk(build)):
        return None
    keywords = init.args.kwarg.arg
    for statement in init.body:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(call, ast.Call) and super_init(call.func):
            handed = [k.value for k in call.keywords if k.arg is None]
            if any(isinstance(value, ast.Name) and value.id == keywords for value in handed):
                return _Places(statement, keywords, build.body[-1])
    return None


def _given(cls: ast.ClassDef, ctx: Context) -> bool:
    """Whether anything gives a class of this file ``weights=``."""
    repository = ctx.module.repository
    if repository is not None and repository.gives(cls.name, "weights"):
        return True
    return any(made is cls for _, made, _ in _calls(ctx))


def _calls(ctx: Context) -> Iterator[tuple[ast.Call, ast.ClassDef, Names]]:
    """The calls with ``weights=`` that make a layer of the project, its class, and the file of that."""
    if "weights=" not in ctx.source_file.text:
        return
    for call, _ in ctx.module.index.calls:
        if not any(keyword.arg == "weights" for keyword in call.keywords):
            continue
        receiver = ctx.receiver(call)
        definition = receiver.definition if receiver is not None else None
        cls = definition.node if definition is not None else None
        if (
            definition is None
            or not isinstance(cls, ast.ClassDef)
            or not ctx.isa(receiver, LAYER)
            or ctx.isa(receiver, MODEL)
        ):
            continue
        assert receiver is not None
        if not _takes_weights(cls, receiver.classes):
            yield call, cls, definition.module


@visit(LAY115, module=True)
def given_weights(tree: ast.Module, ctx: Context) -> Iterator[Match]:
    """``OwnLayer(weights=[w])``: by hand, unless the class can be given what it lacks."""
    del tree
    for call, cls, home in _calls(ctx):
        if cls in ctx.module.index.scope_of and _places(cls) is not None:
            continue
        seen = home.repository is not None and home.repository.gives(cls.name, "weights")
        if _places(cls) is None or not seen:
            yield Match(LAY115, call, symbol=LAYER, argument="weights", fix=Fix.MANUAL)
        else:
            message = f"{cls.name} receives weights=, which can be handled in the file that defines it"
            hint = f"run the tool on the file that defines {cls.name}"
            yield Match(LAY115, call, message, hint, symbol=LAYER, argument="weights", severity=Severity.INFO)


@visit(LAY115, bases={LAYER})
def lacks_weights(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``class Own(Layer)`` that is given ``weights=`` somewhere."""
    bases = ctx.bases(cls)
    places = None if MODEL in bases or _takes_weights(cls, bases) else _places(cls)
    if places is None or not _given(cls, ctx):
        return
    pop = f'self._initial_weights = {places.keywords}.pop("weights", None)\n'
    put = "if self._initial_weights is not None:\n    self.set_weights(self._initial_weights)\n"
    edits = (InsertStatement(places.constructor, pop), InsertStatement(places.end, put, after=True))
    message = f"{cls.name} receives weights=, which its base class no longer accepts"
    yield Match(LAY115, cls, message, edits=edits, symbol=LAYER, argument="weights")


@visit(CUS031, bases=_ONE_OUTPUT)
def several_outputs(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """A layer that derives from ``Embedding`` and gives several outputs, whether or not it says their shapes."""
    shapes, call = method_of(cls, "compute_output_shape"), method_of(cls, "call")
    if method_of(cls, "compute_output_spec") is not None:
        return
    place, base = (shapes, "keras.layers.Layer") if shapes is not None else (call, "keras.Operation")
    if place is None:
        return
    returned = [node.value for node in walk(place) if isinstance(node, ast.Return)]
    displays = [value for value in returned if isinstance(value, ast.List | ast.Tuple)]
    several = [
        value
        for value in displays
        if (len(value.elts) > 1 if place is call else any(_is_shape(item, ctx) for item in value.elts))
    ]
    if several and len(several) == len(returned):
        text = (
            "\ndef compute_output_spec(self, *args, **kwargs):\n"
            f"    return {base}.compute_output_spec(self, *args, **kwargs)\n"
        )
        insert = InsertStatement(place, Code(text), after=True)
        yield Match(CUS031, place, edits=(insert,), symbol="keras.layers.Layer.compute_output_spec")


def _is_shape(node: ast.expr, ctx: Context) -> bool:
    """Whether an item of a list is itself a shape: a tuple, or what another ``compute_output_shape`` says."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "compute_output_shape"
    return isinstance(node, ast.Tuple) or ctx.source(node) == "input_shape"

"""BCK: what computes with TensorFlow only, for code that shall run on another backend or on any."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, Edit, InsertStatement, SetArgument
from codemods.names.trees import walk
from codemods.rules._evidence import LAYER, MODEL, method_of, super_init
from codemods.rules.api import COMPILING, GUIDE, OTHERS, Match, Proof, SourceRule, Target, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

_STATELESS = "https://keras.io/guides/custom_train_step_in_jax/"
_RANDOM = "https://keras.io/api/random/"
_KERAS = frozenset({Target.KERAS})
CALL = SourceRule(
    code="BCK001",
    name="tensorflow-only",
    summary="TensorFlow code remains, which no other backend can run.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=_KERAS,
    backends=OTHERS,
    why="JAX and PyTorch pass their own arrays, which TensorFlow functions reject or copy, and whose gradients they "
    "do not know. `tf.data` pipelines work with every backend and are not reported.",
    references=(GUIDE,),
    manual="rewrite it with keras.ops, or choose --backend tensorflow",
)
ARRAY = SourceRule(
    code="BCK002",
    name="numpy-of-a-tensor-in-keras-code",
    summary="A NumPy function is called on a tensor in Keras code.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=_KERAS,
    backends=OTHERS,
    why="While a function is compiled or traced, its tensors have no values: JAX raises TracerArrayConversionError, "
    "and PyTorch refuses tensors that require a gradient.",
    references=(GUIDE,),
    manual="use the keras.ops function of the same name",
)
STATE = SourceRule(
    code="BCK003",
    name="state-that-changes-in-call",
    summary="call changes an attribute of the layer.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    targets=_KERAS,
    backends=COMPILING,
    why="JAX runs `call` only when it compiles: the stored value is a tracer of that moment (UnexpectedTracerError "
    "when it is used), and counters stand still.",
    references=(_STATELESS,),
    manual="store it in a weight created with add_weight(trainable=False), and use assign()",
)
SEED = SourceRule(
    code="BCK004",
    name="random-numbers-without-a-generator",
    summary="Random numbers in a layer need a SeedGenerator stored in the layer.",
    severity=Severity.SILENT,
    fix=Fix.SAFE,
    targets=_KERAS,
    backends=COMPILING,
    why="Without one, the state of the global generator advances while JAX compiles, but not when the compiled "
    "function runs: each batch gets the same noise.",
    references=(_RANDOM,),
    manual="create self.seed_generator = keras.random.SeedGenerator() in the constructor, and pass it as seed=",
    proofs=(Proof(expect="raises"),),
)


_DATA = ("tf.data.", "tf.io.", "tf.RaggedTensor", "tf.compat.v1.logging.", "tf.get_logger")
"""Names of TensorFlow that serve every backend: pipelines of data, files and messages."""
_MODULES = frozenset({"tf", "tf.data", "tf.io", "tf.compat", "tf.compat.v1"})
_NUMBERS = frozenset({"dtype", "name", "ndim", "shape"})
"""Attributes of a tensor that are values of Python."""


@visit(CALL, packages=("tf",))
def tensorflow_names(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """Each mention of TensorFlow that stays."""
    name = ctx.name(node) if isinstance(node, ast.expr) else None
    if name is None or not isinstance(node, ast.expr) or name in _MODULES or name.startswith(_DATA):
        return
    call = ctx.callee(node)
    inside = ctx.keras_region(node) or (call is not None and ctx.keras_region(call))
    severity = Severity.ERROR if inside else Severity.WARNING
    yield Match(CALL, node, f"{name} works only with TensorFlow", symbol=name, severity=severity)


@visit(ARRAY, packages=("numpy",))
def arrays(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``np.sum(inputs)`` in ``call``, and of a symbolic tensor."""
    call = ctx.callee(node) if isinstance(node, ast.expr) else None
    name = ctx.name(node)
    if call is None or name is None or name.startswith("numpy.random."):
        return
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if any(ctx.symbolic(value) for value in given) or _takes_data(call, given, ctx):
        message = f"{name} is called on a tensor"
        yield Match(ARRAY, call, message, symbol=name)


def _takes_data(call: ast.Call, given: list[ast.expr], ctx: Context) -> bool:
    """Whether an argument comes from the tensors that a function of Keras is given."""
    function = ctx.function(call)
    if function is None or function.name in {"__init__", "build", "compute_output_shape"}:
        return False
    if not ctx.keras_region(call):
        return False
    parameters = [a.arg for a in (*function.args.args, *function.args.kwonlyargs)]
    data = set(parameters) - {"cls", "self", "training"}
    for statement in walk(function):
        if isinstance(statement, ast.Assign) and _mentions(statement.value, data, ctx):
            data |= {name.id for t in statement.targets for name in walk(t) if isinstance(name, ast.Name)}
    return any(_mentions(value, data, ctx) for value in given)


def _mentions(node: ast.expr, data: set[str], ctx: Context) -> bool:
    """Whether an expression holds a tensor of these names, and not only its shape or type."""
    for inner in walk(node):
        if isinstance(inner, ast.Name) and inner.id in data:
            above = ctx.parent(inner)
            counted = isinstance(above, ast.Call) and getattr(above.func, "id", "") in {"len", "isinstance"}
            if not counted and not (isinstance(above, ast.Attribute) and above.attr in _NUMBERS):
                return True
    return False


@visit(STATE, bases={LAYER, MODEL})
def mutable_state(cls: ast.ClassDef, ctx: Context) -> Iterator[Match]:
    """``self.last = x`` and ``self.seen.append(x)`` in ``call``."""
    function = method_of(cls, "call")
    for node in walk(function) if function is not None else ():
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _of_self(node):
            yield Match(STATE, node, f"{cls.name}.call stores self.{node.attr}", symbol=f"{LAYER}.call")
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            held = node.func.value
            grows = node.func.attr in {"append", "extend", "insert", "setdefault", "update"}
            if grows and isinstance(held, ast.Attribute) and _of_self(held) and ctx.receiver(held) is None:
                yield Match(STATE, node, f"{cls.name}.call changes self.{held.attr}", symbol=f"{LAYER}.call")


def _of_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


@visit(SEED, prefixes=("keras.random.", "numpy.random.", "random."))
def seeds(node: ast.expr | ast.alias, ctx: Context) -> Iterator[Match]:
    """``keras.random.normal(shape)`` without a seed, and random numbers of NumPy, in a layer."""
    call = ctx.callee(node) if isinstance(node, ast.expr) else None
    name, cls = ctx.name(node), ctx.class_of(node)
    if call is None or name is None or not ctx.keras_region(call):
        return
    if not name.startswith("keras."):
        yield Match(
            SEED, call, f"{name} is drawn once, when the function is compiled", symbol=name, fix=Fix.MANUAL
        )
        return
    if not _draws(call, ctx):
        return
    edits: tuple[Edit, ...] = ()
    if cls is not None and LAYER in ctx.bases(cls):
        edits = _with_generator(call, cls, ctx)
    yield Match(SEED, call, f"{name} has no seed", edits=edits, symbol=name)


def _with_generator(call: ast.Call, cls: ast.ClassDef, ctx: Context) -> tuple[Edit, ...]:
    """Give a call the generator of its layer, which the first such call of the class brings."""
    stored = "self.seed_generator" in ctx.source(cls)
    given = SetArgument(call, "seed", Code("self.seed_generator"))
    drawn = (n for n in walk(cls) if isinstance(n, ast.Call) and _draws(n, ctx))
    if stored or call is not min(drawn, key=lambda n: (n.lineno, n.col_offset)):
        return (given,) if stored or _constructor(cls) is not None else ()
    statement = _constructor(cls)
    if statement is None:
        return ()
    code = Code("self.seed_generator = keras.random.SeedGenerator()")
    return InsertStatement(statement, code, after=True), given


def _draws(call: ast.Call, ctx: Context) -> bool:
    """Whether a call draws random numbers of Keras and says no seed."""
    name = ctx.name(call.func) or ""
    seeded = any(keyword.arg in {None, "seed"} for keyword in call.keywords)
    return name.startswith("keras.random.") and not name.endswith(".SeedGenerator") and not seeded


def _constructor(cls: ast.ClassDef) -> ast.stmt | None:
    """The statement of a class that calls the constructor of its base class."""
    init = method_of(cls, "__init__")
    for statement in init.body if init is not None else ():
        made = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(made, ast.Call) and super_init(made.func):
            return statement
    return None

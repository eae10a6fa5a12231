"""BKD: gradients that a graph of TensorFlow 1 replaced, by type of operation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import Code, Edit, ReplaceExpression, ReplaceStatement
from codemods.names.trees import walk
from codemods.rules._evidence import MODEL, called_on, defined_once, given_once
from codemods.rules.api import UNTYPED, Match, Proof, SourceRule, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

OVERRIDES = SourceRule(
    code="BKD005",
    name="gradient-override-map",
    summary="A model of Keras 3 has no graph whose gradients gradient_override_map could replace.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    why="Guided backpropagation rebuilds a model inside `graph.gradient_override_map({'Relu': name})`, so that its "
    "operations get the gradient registered under that name. Layers of Keras 3 recompute at every call, long after the "
    "block has ended: layers built inside it are therefore changed to compute in a graph with that map at every call.",
    references=("https://www.tensorflow.org/api_docs/python/tf/Graph#gradient_override_map",),
    manual="give the layers a function with tf.custom_gradient as activation",
    proofs=(Proof(unsafe=True, expect="raises", tolerance=1e-5),),
)
_NAME = "GradientOverrideMap"
_HELPER = '''\
class GradientOverrideMap:
    """What Graph.gradient_override_map did: layers that are made inside of it have the gradients registered by name."""

    def __init__(self, names):
        self.names = names

    def __enter__(self):
        self.create, self.made = keras.layers.Layer.__init__, []

        def created(layer, *args, **kwargs):
            self.create(layer, *args, **kwargs)
            self.made.append(layer)

        keras.layers.Layer.__init__ = created

    def __exit__(self, *error):
        keras.layers.Layer.__init__ = self.create
        for layer in self.made:
            if not isinstance(layer, keras.Model):
                layer.call = self.overridden(layer.call)

    def overridden(self, call):
        @tf.function
        def compute(*args, **kwargs):
            with tf.compat.v1.get_default_graph().gradient_override_map(self.names):
                return call(*args, **kwargs)

        return compute
'''
GRAPHS = frozenset({"tf.get_default_graph", "tf.compat.v1.get_default_graph"})


@visit(OVERRIDES, methods={"gradient_override_map"}, of=UNTYPED)
def overrides(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``with tf.get_default_graph().gradient_override_map({"Relu": name}): model = load_model(path)``."""
    if not _is_replaced(call, ctx):
        return
    graph = called_on(call)
    members = ctx.module.index.attributes.get("gradient_override_map", ())
    calls = (ctx.callee(member) for member, _ in members)
    places = [other for other in calls if other is not None and _is_replaced(other, ctx)]
    edits: list[Edit] = [*defined_once(ctx, call, _NAME, _HELPER, places)]
    edits.append(ReplaceExpression(call, Code(f"{_NAME}(names)", {"names": call.args[0]})))
    if isinstance(graph, ast.Name) and (unused := _kept_for_this(graph, ctx)) is not None:
        edits.append(ReplaceStatement(unused, ""))
    text = "the model that is made here has no graph whose gradients could be replaced"
    yield Match(OVERRIDES, call, text, edits=tuple(edits), symbol="tf.Graph.gradient_override_map")


def goes_with_an_override(node: ast.expr, ctx: Context) -> bool:
    """Whether a default graph (the function that gives it) serves nothing but an override that is rewritten."""
    call = ctx.callee(node)
    holder = ctx.parent(call) if call is not None else None
    if isinstance(holder, ast.Attribute):
        opened = ctx.callee(holder)
        return opened is not None and holder.attr == "gradient_override_map" and _is_replaced(opened, ctx)
    members = ctx.module.index.attributes.get("gradient_override_map", ())
    return any(
        isinstance(member.value, ast.Name)
        and (opened := ctx.callee(member)) is not None
        and _is_replaced(opened, ctx)
        and _kept_for_this(member.value, ctx) is holder
        for member, _ in members
    )


def _is_replaced(call: ast.Call, ctx: Context) -> bool:
    """Whether a call of ``gradient_override_map`` of the default graph opens a block in which a model is made."""
    assert isinstance(call.func, ast.Attribute)
    return _is_default_graph(call.func.value, ctx) and _opens(ctx.statement(call), call, ctx)


def _is_default_graph(node: ast.expr, ctx: Context) -> bool:
    """Whether an expression is the default graph: the call, or a name that is bound once to it."""
    made = given_once(node, ctx) or node
    return isinstance(made, ast.Call) and ctx.name(made.func) in GRAPHS


def _opens(block: ast.stmt | None, call: ast.Call, ctx: Context) -> bool:
    """Whether a call opens a block in which a model is made."""
    if not isinstance(block, ast.With) or all(item.context_expr is not call for item in block.items):
        return False
    if any(item.optional_vars is not None for item in block.items) or len(call.args) != 1 or call.keywords:
        return False
    calls = (node for statement in block.body for node in walk(statement) if isinstance(node, ast.Call))
    return any(ctx.isa(ctx.receiver(made), MODEL) for made in calls)


def _kept_for_this(name: ast.Name, ctx: Context) -> ast.stmt | None:
    """The statement that gives the graph its name, where nothing else uses that."""
    home = ctx.scope(name).find(name.id)
    if home is None:
        return None
    uses = [node for node in ctx.uses(home.node, name.id) if isinstance(node.ctx, ast.Load)]
    statement = ctx.statement(home.bindings[name.id][0].node)
    plain = isinstance(statement, ast.Assign) and len(statement.targets) == 1
    return statement if plain and uses == [name] else None

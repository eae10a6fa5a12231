"""ENV: environment variables that choose the Keras or its backend, set in code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import ReplaceStatement
from codemods.names.canonical import canonical
from codemods.rules.api import EVERYWHERE, MODERN, Match, SourceRule, declare, visit
from migrate.findings import Fix, Severity

if TYPE_CHECKING:
    from codemods.context import Context

LEGACY = SourceRule(
    code="ENV001",
    name="legacy-keras-variable",
    summary="The code requests Keras 2 from TensorFlow through `TF_USE_LEGACY_KERAS`.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    targets=MODERN,
    why=(
        "With the variable set, `tf.keras` is tf-keras (Keras 2), whose layers and models cannot be mixed with those "
        "of `keras`. Remove it with the rewrite, or choose `--target tf_keras`."
    ),
    references=("https://github.com/tensorflow/tensorflow/releases/tag/v2.16.1",),
    manual="remove the variable together with the rewrite, or choose --target tf_keras",
)
BACKEND_ORDER = SourceRule(
    code="ENV002",
    name="backend-after-import",
    summary="`KERAS_BACKEND` is set after Keras was imported and has no effect.",
    severity=Severity.SILENT,
    fix=Fix.MANUAL,
    targets=MODERN,
    why="Keras reads the variable once, on its first import; later, the default backend is already in use.",
    references=("https://keras.io/getting_started/#configuring-your-backend",),
    manual="set the variable before the first import of keras",
)
BACKEND_NAME = SourceRule(
    code="ENV003",
    name="backend-gone",
    summary="The backend named in `KERAS_BACKEND` does not exist in Keras 3.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    targets=MODERN,
    why="Theano, CNTK and PlaidML were backends of stand-alone Keras up to 2.3.",
    references=("keras-team/keras@2.4.0",),
    manual="choose tensorflow, jax, torch or openvino",
)
UNREADABLE_CELL = SourceRule(
    code="ENV004",
    name="unreadable-cell",
    summary="A notebook cell is not valid Python; the other cells are rewritten.",
    severity=Severity.WARNING,
    fix=Fix.MANUAL,
    targets=EVERYWHERE,
    why="Python 2 statements, unfinished code or the language of another kernel. Such a cell is not changed at all, "
    "and the names in it are not resolved.",
    references=("https://docs.python.org/3/howto/pyporting.html",),
    manual="correct the cell and run again",
)
declare(UNREADABLE_CELL)
_BACKENDS = frozenset({"tensorflow", "jax", "torch", "numpy", "openvino"})


@visit(LEGACY, BACKEND_ORDER, BACKEND_NAME, strings=True)
def variables(node: ast.Constant, ctx: Context) -> Iterator[Match]:
    """Assignments to ``os.environ`` of the two variables."""
    if node.value not in {"TF_USE_LEGACY_KERAS", "KERAS_BACKEND"}:
        return
    assigned = _assigned(node, ctx)
    if assigned is None:
        return
    statement, value = assigned
    if node.value == "TF_USE_LEGACY_KERAS":
        if str(value).lower() in {"1", "true"}:
            removable = isinstance(statement, ast.Assign) and len(statement.targets) == 1
            yield Match(LEGACY, statement, edits=(ReplaceStatement(statement, ""),) if removable else ())
        return
    if isinstance(value, str) and value not in _BACKENDS:
        yield Match(BACKEND_NAME, statement, message=f"Keras 3 has no backend {value!r}")
    first = next((s for s in ctx.module.tree.body if _imports_keras(s)), None)
    if first is not None and statement in ctx.module.tree.body and first.lineno < statement.lineno:
        yield Match(BACKEND_ORDER, statement, message=f"keras was already imported at line {first.lineno}")


def _assigned(node: ast.Constant, ctx: Context) -> tuple[ast.stmt, object] | None:
    """The statement that gives the variable a value, and that value."""
    parent = ctx.parent(node)
    statement = ctx.statement(node)
    if statement is None:
        return None
    if isinstance(parent, ast.Subscript) and isinstance(statement, ast.Assign):
        return (statement, ctx.literal(statement.value)) if ctx.name(parent.value) == "os.environ" else None
    if isinstance(parent, ast.Call) and ctx.name(parent.func) in {"os.environ.setdefault", "os.putenv"}:
        return statement, ctx.literal(parent.args[1] if len(parent.args) > 1 else None)
    return None


def _imports_keras(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return not statement.level and canonical(statement.module or "").name.partition(".")[0] == "keras"
    if isinstance(statement, ast.Import):
        return any(canonical(alias.name).name.partition(".")[0] == "keras" for alias in statement.names)
    return False

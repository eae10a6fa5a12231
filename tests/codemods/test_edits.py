"""Edits carried out one by one: layout, comments, precedence, and all the ways a call can be written."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from codemods.context import Context
from codemods.edit.apply import EditError, apply
from codemods.edit.importing import Imports
from codemods.edit.plan import Plans
from codemods.edits import (
    AddParameter,
    Code,
    DropArgument,
    Edit,
    InsertStatement,
    NameArguments,
    RenameArgument,
    RenameAttribute,
    RenameFunction,
    RenameParameter,
    ReplaceExpression,
    ReplaceReference,
    ReplaceStatement,
    ReplaceString,
    SetArgument,
)
from codemods.files.source import Source
from codemods.names.resolver import Module
from codemods.options import NEWEST
from codemods.rules.api import Match, SourceRule, Target
from migrate.findings import Severity

RULE = SourceRule("TST001", "test", "A rule of the tests.", Severity.ERROR)
Maker = Callable[[ast.Call], tuple[Edit, ...]]


def edited(text: str, make: Callable[[ast.Module], tuple[Edit, ...]]) -> str | None:
    """The text after one plan; None when the plan is refused."""
    source = Source(Path("x.py"), dedent(text))
    module = Module(source.parse())
    context = Context(source, module, Target.KERAS, NEWEST)
    edits = make(module.tree)
    plans = Plans(context)
    if not plans.offer(Match(RULE, module.tree, edits=edits)):
        return None
    return apply(source, plans.edits, Imports(context, plans.edits))


def call(text: str, make: Maker) -> str | None:
    """`edited` with the first call of the text."""
    return edited(text, lambda tree: make(next(n for n in ast.walk(tree) if isinstance(n, ast.Call))))


RENAMES = [
    ("f(lr=1)\n", "f(rate=1)\n"),
    ("f(a, lr = 1, b=2)\n", "f(a, rate = 1, b=2)\n"),
    ("f(\n    a,  # first\n    lr=1,  # second\n)\n", "f(\n    a,  # first\n    rate=1,  # second\n)\n"),
    ("f(lr=1, rate=2)\n", "f(lr=1, rate=2)\n"),
    ("f(**k, lr=1)\n", "f(**k, rate=1)\n"),
    ("f(x) (lr=1)\n", "f(x) (rate=1)\n"),
]


@pytest.mark.parametrize(("before", "after"), RENAMES)
def test_rename(before: str, after: str) -> None:
    assert call(before, lambda c: (RenameArgument(c, "lr", "rate"),)) == after


DROPS = [
    ("f(lr=1)\n", "f()\n"),
    ("f(lr=1,)\n", "f()\n"),
    ("f(a, lr=1)\n", "f(a)\n"),
    ("f(a, lr=1,)\n", "f(a,)\n"),
    ("f(lr=1, b=2)\n", "f(b=2)\n"),
    ("f(a, lr=1, b=2)\n", "f(a, b=2)\n"),
    ("f(\n    a,\n    lr=1,\n)\n", "f(\n    a,\n)\n"),
    ("f(\n    a,\n    lr=1\n)\n", "f(\n    a\n)\n"),
    ("f(\n    lr=1,\n    b=2,\n)\n", "f(\n    b=2,\n)\n"),
    (
        "f(\n    a,  # first\n    lr=1,  # second\n    b=2,\n)\n",
        "f(\n    a,  # first\n    # second\n    b=2,\n)\n",
    ),
    ("f(\n    a,  # first\n    lr=1,  # second\n)\n", "f(\n    a,  # first\n    # second\n)\n"),
    ("f(\n    a,  # first\n    lr=1\n)\n", "f(\n    a,  # first\n)\n"),
    ("f(*a, lr=1)\n", "f(*a)\n"),
    ("f(lr=1, **k)\n", "f(**k)\n"),
    ("f(lr='a' 'b', c=1)\n", "f(c=1)\n"),
    ("f(lr=(1,\n      2), c=1)\n", "f(c=1)\n"),
    ("f(b=1)\n", "f(b=1)\n"),
]


@pytest.mark.parametrize(("before", "after"), DROPS)
def test_drop(before: str, after: str) -> None:
    assert call(before, lambda c: (DropArgument(c, "lr"),)) == after


def test_drop_by_position() -> None:
    assert call("f(a, b, c)\n", lambda c: (DropArgument(c, 1),)) == "f(a, c)\n"
    assert call("f(a, *b)\n", lambda c: (DropArgument(c, 1),)) == "f(a, *b)\n"


SETS = [
    ("f()\n", "f(axis=0)\n"),
    ("f(a)\n", "f(a, axis=0)\n"),
    ("f(a,)\n", "f(a, axis=0,)\n"),
    ("f(a, axis=3)\n", "f(a, axis=0)\n"),
    ("f(a, **k)\n", "f(a, axis=0, **k)\n"),
    ("f(\n    a,\n    b,\n)\n", "f(\n    a,\n    b,\n    axis=0,\n)\n"),
    ("f(\n    a,\n    b,  # why\n)\n", "f(\n    a,\n    b,  # why\n    axis=0,\n)\n"),
    ("f(\n    a,\n    b  # why\n)\n", "f(\n    a,\n    b,  # why\n    axis=0\n)\n"),
    ("f(\n    a, b\n)\n", "f(\n    a, b, axis=0\n)\n"),
    ("f(x for x in y)\n", "f((x for x in y), axis=0)\n"),
]


@pytest.mark.parametrize(("before", "after"), SETS)
def test_set(before: str, after: str) -> None:
    assert call(before, lambda c: (SetArgument(c, "axis", "0"),)) == after


def test_name_positions() -> None:
    assert call("f(a, b, c=1)\n", lambda c: (NameArguments(c, ("", "loss")),)) == "f(a, loss=b, c=1)\n"
    assert (
        call("f(a,\n  (1, 2),  # x\n)\n", lambda c: (NameArguments(c, ("p", "q")),))
        == "f(p=a,\n  q=(1, 2),  # x\n)\n"
    )


HOLES = [
    ("y = f(a + b) * 2\n", "x ** 2", "y = ((a + b) ** 2) * 2\n"),
    ("y = f(a)\n", "x ** 2", "y = a ** 2\n"),
    ("y = -f(a)\n", "x + 1", "y = -(a + 1)\n"),
    ("y = f(a).b\n", "x + 1", "y = (a + 1).b\n"),
    ("y = f((1, 2))\n", "g(x)", "y = g((1, 2))\n"),
    ("y = f(lambda: 1)\n", "x()", "y = (lambda: 1)()\n"),
    ("y = f(a if b else c)\n", "len(x.shape)", "y = len((a if b else c).shape)\n"),
    ("y = f('a' 'b')\n", "x.upper()", "y = ('a' 'b').upper()\n"),
    ("y = f(a)[0]\n", "-x", "y = (-a)[0]\n"),
    ("y = (f(a))\n", "x + 1", "y = (a + 1)\n"),
    ("y = not f(a)\n", "x and b", "y = not (a and b)\n"),
    ("y = f(i for i in z)\n", "sum(x)", "y = sum((i for i in z))\n"),
]


@pytest.mark.parametrize(("before", "template", "after"), HOLES)
def test_holes_keep_precedence(before: str, template: str, after: str) -> None:
    made = call(before, lambda c: (ReplaceExpression(c, Code(template, {"x": c.args[0]})),))
    assert made == after
    ast.parse(after)


def test_hole_is_edited_first() -> None:
    def make(tree: ast.Module) -> tuple[Edit, ...]:
        outer, inner = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
        return (
            RenameArgument(inner, "lr", "rate"),
            ReplaceExpression(outer, Code("h(x, x)", {"x": outer.args[0]})),
        )

    assert edited("y = f(g(lr=1))\n", make) == "y = h((x := g(rate=1)), x)\n"


def test_comment_in_a_replaced_expression_refuses_the_plan() -> None:
    assert call("y = f(a,  # why\n      b)\n", lambda c: (ReplaceExpression(c, "0"),)) is None
    text = "y = f(g(a,  # why\n      b))\n"
    made = call(text, lambda c: (ReplaceExpression(c, Code("h(x)", {"x": c.args[0]})),))
    assert made == "y = h(g(a,  # why\n      b))\n"
    assert call("y = f('#')\n", lambda c: (ReplaceExpression(c, "0"),)) == "y = 0\n"


def test_reference_adds_its_import() -> None:
    text = '"""Doc."""\nfrom __future__ import annotations\n\nimport os\n\ny = f(os)\n'
    made = call(text, lambda c: (ReplaceReference(c.func, "keras.ops.mean"),))
    assert made == (
        '"""Doc."""\nfrom __future__ import annotations\n\nimport os\nfrom keras import ops\n\ny = ops.mean(os)\n'
    )


def test_reference_uses_what_is_imported() -> None:
    text = "import keras\ny = f(keras)\n"
    assert (
        call(text, lambda c: (ReplaceReference(c.func, "keras.ops.mean"),))
        == "import keras\ny = keras.ops.mean(keras)\n"
    )
    text = "import numpy as np\ny = f(np)\n"
    assert (
        call(text, lambda c: (ReplaceReference(c.func, "numpy.mean"),))
        == "import numpy as np\ny = np.mean(np)\n"
    )


def test_statements() -> None:
    def first(tree: ast.Module) -> ast.stmt:
        return tree.body[0]

    assert edited("a = 1  # c\nb = 2\n", lambda t: (ReplaceStatement(first(t), ""),)) == "b = 2\n"
    assert (
        edited("# above\na = 1\n", lambda t: (ReplaceStatement(first(t), "c = 3\nd = 4\n"),))
        == "# above\nc = 3\nd = 4\n"
    )
    assert edited("a = 1; b = 2\n", lambda t: (ReplaceStatement(first(t), "c = 3\n"),)) == "c = 3\nb = 2\n"
    assert (
        edited("# above\na = 1\n", lambda t: (InsertStatement(first(t), "c = 3\n"),))
        == "# above\nc = 3\na = 1\n"
    )
    assert (
        edited("a = 1\n", lambda t: (InsertStatement(first(t), "c = 3\n", after=True),)) == "a = 1\nc = 3\n"
    )


def test_emptied_body_gets_pass() -> None:
    text = "class A:\n    x = 1\n"
    made = edited(text, lambda t: (ReplaceStatement(t.body[0].body[0], ""),))  # type: ignore[attr-defined]
    assert made == "class A:\n    pass\n"
    text = "if a: x = 1\n"
    made = edited(text, lambda t: (ReplaceStatement(t.body[0].body[0], ""),))  # type: ignore[attr-defined]
    assert made == "if a: pass\n"


def test_block_behind_a_colon_is_refused() -> None:
    with pytest.raises(EditError, match="one-line suite"):
        edited("if a: x = 1\n", lambda t: (ReplaceStatement(t.body[0].body[0], "for i in j: k\n"),))  # type: ignore[attr-defined]


def test_names_of_functions_and_parameters() -> None:
    text = "def call(inputs, mask=None):\n    return inputs, mask, lambda: mask\n"
    made = edited(text, lambda t: (RenameParameter(t.body[0], "mask", "previous_mask"),))  # type: ignore[arg-type]
    assert (
        made
        == "def call(inputs, previous_mask=None):\n    return inputs, previous_mask, lambda: previous_mask\n"
    )
    made = edited(text, lambda t: (RenameFunction(t.body[0], "run"),))  # type: ignore[arg-type]
    assert made == text.replace("call", "run")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f(): pass", "def f(training=None): pass"),
        ("def f(a, training): pass", "def f(a, training): pass"),
        ("def f(\n    a,\n    b=1,\n): pass", "def f(\n    a,\n    b=1, training=None,\n): pass"),
        ("def f(a, /, *, b): pass", "def f(a, /, training=None, *, b): pass"),
        ("def f(*a, **b): pass", "def f(*a, training=None, **b): pass"),
    ],
)
def test_a_parameter_more(before: str, after: str) -> None:
    made = edited(
        f"{before}\n",
        lambda t: (AddParameter(t.body[0], "training"), AddParameter(t.body[0], "training")),  # type: ignore[arg-type]
    )
    assert made == f"{after}\n"


def test_strings_keep_their_quotes() -> None:
    def constant(tree: ast.Module) -> ast.Constant:
        return next(n for n in ast.walk(tree) if isinstance(n, ast.Constant))

    assert edited("x = 'a.h5'\n", lambda t: (ReplaceString(constant(t), "a.keras"),)) == "x = 'a.keras'\n"
    assert edited('x = r"a"\n', lambda t: (ReplaceString(constant(t), "b"),)) == 'x = r"b"\n'
    with pytest.raises(EditError):
        edited("x = 'a' 'b'\n", lambda t: (ReplaceString(constant(t), "c"),))


def test_attribute_of_an_object() -> None:
    made = call("m.f_g(x)\n", lambda c: (RenameAttribute(c.func, "fit"),))  # type: ignore[arg-type]
    assert made == "m.fit(x)\n"


def test_plans_that_collide_wait() -> None:
    source = Source(Path("x.py"), "y = f(lr=1)\n")
    module = Module(source.parse())
    context = Context(source, module, Target.KERAS, NEWEST)
    node = next(n for n in ast.walk(module.tree) if isinstance(n, ast.Call))
    plans = Plans(context)
    assert plans.offer(Match(RULE, node, edits=(RenameArgument(node, "lr", "rate"),)))
    assert not plans.offer(Match(RULE, node, edits=(DropArgument(node, "lr"),)))
    assert not plans.offer(Match(RULE, node, edits=(ReplaceExpression(node, "0"),)))
    assert plans.offer(
        Match(
            RULE, node, edits=(SetArgument(node, "axis", "0"), ReplaceReference(node.func, "keras.ops.sum"))
        )
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("text", ["é = f(lr='ü')  # ö\n", "\tf(lr=1)\n", "if 1:\n\tf(\n\t\tlr=1,\n\t)\n"])
def test_bytes_around_an_edit_stay(text: str, newline: str) -> None:
    text = text.lstrip("\t").replace("\n", newline)
    assert call(text, lambda c: (RenameArgument(c, "lr", "rate"),)) == text.replace("lr=", "rate=")

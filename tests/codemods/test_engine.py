"""One file from end to end: settling, checking, taking back, and what is reported."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from pathlib import Path

import pytest

from codemods.analysis import scan
from codemods.analysis.check import _BUILTINS, undefined
from codemods.analysis.scan import Dispatcher
from codemods.context import Context
from codemods.edit import engine
from codemods.edit.engine import rewrite
from codemods.edits import Edit, RenameArgument, ReplaceExpression, ReplaceReference
from codemods.files.source import Source
from codemods.names.indexing import index_module
from codemods.options import Options
from codemods.rules.api import Hook, Match, SourceRule
from codemods.testing import check_noop, check_transformed, run
from migrate.findings import Fix, Severity

RULE = SourceRule("TST001", "test", "A rule of the tests.", Severity.ERROR)
CLEAN = SourceRule("TST002", "manual", "A finding.", Severity.WARNING, Fix.MANUAL, manual="do it")


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch):
    """Run with one made-up rule instead of all."""

    def use(rule: SourceRule, make) -> None:
        def check(node: ast.Call, context: Context) -> Iterator[Match]:
            yield Match(rule, node, edits=make(node))

        visit = Hook(check, (rule,), nodes=(ast.Call,))
        monkeypatch.setattr(scan, "dispatcher", lambda *to: Dispatcher([visit], *to))

    return use


TEXT = "import keras\n\ny = f(lr=keras)\n"


def test_applies_and_settles(only) -> None:
    only(RULE, lambda c: (RenameArgument(c, "lr", "rate"),) if any(k.arg == "lr" for k in c.keywords) else ())
    assert run(TEXT).text == TEXT.replace("lr", "rate")


def test_edits_that_never_settle_are_taken_back(only) -> None:
    only(RULE, lambda c: (ReplaceExpression(c, f"print(keras.Model, {'1, ' * (len(c.args) + 1)})"),))
    outcome = run(TEXT)
    assert outcome.text == TEXT
    assert outcome.error is not None
    assert "converge" in outcome.error
    assert [finding.applied for finding in outcome.findings] == [False]


def test_undefined_name_is_taken_back(only) -> None:
    only(RULE, lambda c: (ReplaceExpression(c, "nothing_of_the_kind"),))
    outcome = run(TEXT)
    assert (outcome.text, outcome.error) == (
        TEXT,
        "the rewrite would leave undefined names: nothing_of_the_kind",
    )


def test_unknown_name_is_taken_back(only) -> None:
    def make(call: ast.Call) -> tuple[Edit, ...]:
        return (
            (ReplaceReference(call.func, "keras.ops.nothing_of_the_kind"),)
            if ast.unparse(call.func) == "f"
            else ()
        )

    only(RULE, make)
    outcome = run(TEXT)
    assert outcome.text == TEXT
    assert outcome.error is not None
    assert "keras.ops.nothing_of_the_kind" in outcome.error


def test_unsafe_needs_to_be_asked_for(only) -> None:
    rule = SourceRule("TST003", "unsafe", "s", Severity.SILENT, Fix.UNSAFE)
    only(rule, lambda c: (RenameArgument(c, "lr", "rate"),) if c.keywords[0].arg == "lr" else ())
    outcome = run(TEXT)
    assert outcome.text == TEXT
    assert outcome.findings[0].hint == "run with --unsafe to rewrite this"
    assert run(TEXT, unsafe=True).text == TEXT.replace("lr", "rate")


def test_todo_comments_stand_above_once(only) -> None:
    only(CLEAN, lambda c: ())
    text = "import keras\n\nif keras:\n    y = (\n        f(1) + f(2)\n    )\n"
    after = text.replace("    y = (", "    # TODO(keras-migrate TST002): do it\n    y = (")
    outcome = run(text, todo=True)
    assert outcome.text == after
    assert run(after, todo=True).text == after


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# keras-migrate: ignore", []),
        ("# keras-migrate: ignore[TST002]", []),
        ("# keras-migrate: ignore[LAY, TST]", []),
        ("# keras-migrate: ignore[LAY001]", ["TST002"]),
        ("# noqa", ["TST002"]),
    ],
)
def test_suppression(only, comment: str, codes: list[str]) -> None:
    only(CLEAN, lambda c: ())
    outcome = run(f"import keras\ny = f(keras)  {comment}\n")
    assert [finding.code for finding in outcome.findings] == codes


def test_select_and_ignore() -> None:
    text = "from tensorflow import keras\nm = keras.Sequential()\n"
    assert run(text, select=("LAY",)).text == text
    assert run(text, ignore=("IMP00",)).text == text
    assert run(text, select=("IMP",)).text != text


def test_finding_has_its_place() -> None:
    outcome = run("import tensorflow as tf\n\nx = tf.keras.Model\n")
    (finding,) = outcome.findings
    assert (finding.line, finding.column, finding.end_line, finding.end_column) == (3, 5, 3, 19)
    assert (finding.symbol, finding.applied, finding.hint) == ("keras.Model", True, "")


@pytest.mark.parametrize(
    "text", ["def (:\n", "import keras\nprint 'x'\n", "import keras\n\0", "x = " + "(" * 300 + ")" * 300]
)
def test_what_does_not_parse_is_an_error_of_the_file(text: str) -> None:
    outcome = rewrite(Source(Path("x.py"), "# keras\n" + text), Options())
    assert outcome.error
    assert outcome.text.endswith(text)


@pytest.mark.parametrize("text", ["print 'x'", "x = 0777", "try: f()\nexcept A, e: pass", "exec 'x'"])
def test_a_file_of_python_2_is_said_to_be_one(text: str) -> None:
    assert "this is Python 2; convert the file first" in (run(f"import keras\n{text}\n").error or "")
    assert "Python 2" not in (run("import keras\ndef (:\n").error or "")


def test_deep_nesting_costs_one_file() -> None:
    deep = "from tensorflow import keras\nx = " + " + ".join(["keras.Model"] * 900) + "\n"
    outcome = run(deep)
    assert outcome.error is None or outcome.text == deep


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x = y\n", {"y"}),
        ("def f(a):\n    return a + b\n", {"b"}),
        ("import os\nclass A:\n    x = os\n    def f(self):\n        return x\n", {"x"}),
        ("[a for a in range(3)]\nprint(__name__, __file__)\n", set()),
        ("def f():\n    global g\n    g = 1\nprint(g)\n", set()),
        ("from x import *\ny\n", {"y"}),
    ],
)
def test_undefined(text: str, names: set[str]) -> None:
    assert undefined(index_module(ast.parse(text))) == names
    assert _undefined_for_python(text) == names


def _undefined_for_python(text: str) -> set[str]:
    """What Python's own symbol tables say of the same question: a witness that shares no code."""
    work = [symtable.symtable(text, "<text>", "exec")]
    top = work[0]
    bound: set[str] = set()
    used: set[str] = set()
    while work:
        scope = work.pop()
        work.extend(scope.get_children())
        for symbol in scope.get_symbols():
            if (scope is top or symbol.is_global()) and (symbol.is_assigned() or symbol.is_imported()):
                bound.add(symbol.get_name())
            if symbol.is_referenced() and (symbol.is_global() or scope is top):
                used.add(symbol.get_name())
    return used - bound - _BUILTINS


def test_undefined_is_what_python_says_of_the_files_of_this_project() -> None:
    root = Path(engine.__file__).resolve().parent.parent
    postponed = "from __future__ import annotations\n"  # names in annotations are no uses beside it
    texts = [path.read_text("utf-8").replace(postponed, "") for path in sorted(root.rglob("*.py"))]
    texts += [text.replace("\nimport ast\n", "\n", 1) for text in texts if "\nimport ast\n" in text]
    told = [undefined(index_module(ast.parse(text))) for text in texts]
    assert told == [_undefined_for_python(text) for text in texts]
    assert sum(map(bool, told)) > 100


def test_passes_are_few() -> None:
    assert engine._PASSES < 10


def test_modern_file_hides_ambiguous_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = SourceRule("TST004", "ambiguous", "s", Severity.SILENT, ambiguous=True)

    def check(node: ast.Call, context: Context) -> Iterator[Match]:
        yield Match(rule, node)

    visit = Hook(check, (rule,), nodes=(ast.Call,))
    monkeypatch.setattr(scan, "dispatcher", lambda *to: Dispatcher([visit], *to))
    check_noop("import keras\ny = f(keras)\n", codes=("TST004",))
    check_noop("import keras\nfrom keras import ops\ny = f(keras)\n", codes=())
    check_noop("import keras\ny = f(keras.ops.sum)\n", codes=())


def test_whole_file_in_several_passes() -> None:
    check_transformed(
        """\
        import tensorflow as tf
        from tensorflow.keras import backend as K


        class Head(tf.keras.layers.Layer):
            def call(self, x):
                return K.mean(K.square(x), axis=-1)
        """,
        """\
        import keras
        from keras import ops


        class Head(keras.layers.Layer):
            def call(self, x):
                return ops.mean(ops.square(x), axis=-1)
        """,
    )

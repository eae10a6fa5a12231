"""Begin a source rule: ``make rule CODE=LAY130 IN=layers/members``.

Writes its example and proof below ``codemods/rules/examples``, its data and function into the module of its subject
below ``codemods/rules`` (a new one where there is none), and its first tests. Everything is filled in from there: until
then the tests of the rule fail, and `ruff` names the imports that an existing module lacks. Nothing is overwritten.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from codemods.rules.api import all_source_rules  # noqa: E402

EXAMPLES = {
    "before": "from tensorflow import keras\n\nlayer = keras.layers.Name()\n",
    "after": "import keras\n\nlayer = keras.layers.Name()\n",
    "proof": "from tensorflow import keras\n\nlayer = keras.layers.Name()\nresult = np.array(layer(np.ones((1, 3))))\n",
}
HEAD = '''"""{family}: what the rules of this file are about."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from codemods.edits import RenameArgument
from codemods.rules.api import GUIDE, Match, Proof, SourceRule, visit
from migrate.findings import Severity

if TYPE_CHECKING:
    from codemods.context import Context
'''
RULE = '''
{code} = SourceRule(
    code="{code}",
    name="name-of-the-rule",
    summary="One sentence: what Keras 3 does not do as Keras 2 did.",
    severity=Severity.ERROR,
    why="The cause, and what was measured.",
    references=(GUIDE,),
    proofs=(Proof(),),
)


@visit({code}, calls={{"keras.layers.Name"}})
def {function}(call: ast.Call, ctx: Context) -> Iterator[Match]:
    """``keras.layers.Name(old=1)``."""
    if "old" in ctx.arguments(call).keywords:
        yield Match({code}, call, edits=(RenameArgument(call, "old", "new"),), argument="old")
'''
TESTS_HEAD = '''"""{family}: cases of `codemods/rules/{place}.py`, one for each guard, and what must stay as it is."""

from __future__ import annotations

from codemods.testing import check_noop, check_transformed
'''
TEST = """

def test_{function}() -> None:
    check_transformed(
        "import keras\\nlayer = keras.layers.Name(old=1)\\n", "import keras\\nlayer = keras.layers.Name(new=1)\\n"
    )


def test_{function}_leaves_what_is_new() -> None:
    check_noop("import keras\\nlayer = keras.layers.Name(new=1)\\n")
"""


def scaffold(root: Path, code: str, place: str) -> list[Path]:
    """Write the files of a new rule below a checkout, and say which.

    Raises:
        ValueError: the code is taken or no code, or the subject has no folder below ``codemods/rules``.
    """
    if not re.fullmatch(r"[A-Z]{3}\d{3}", code):
        raise ValueError(f"{code!r} is no code of a source rule: three letters and three digits")
    if any(rule.code == code for rule in all_source_rules()) or (folder(root) / "examples" / code).exists():
        raise ValueError(f"{code} is taken")
    module = folder(root) / f"{place}.py"
    if not (module.parent / "__init__.py").is_file() or module.parent == folder(root):
        subjects = sorted(file.parent.name for file in folder(root).glob("*/__init__.py"))
        raise ValueError(f"{place}: name a module below one of {', '.join(subjects)}")
    tests = root / "tests" / "codemods" / "rules" / f"test_{module.stem}.py"
    names = {"code": code, "family": code[:3], "function": f"{code.lower()}_calls", "place": place}
    written = [module, tests]
    _append(module, HEAD, RULE, names)
    _append(tests, TESTS_HEAD, TEST, names)
    for name, text in EXAMPLES.items():
        file = folder(root) / "examples" / code / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        written.append(file)
    return written


def folder(root: Path) -> Path:
    """Where the source rules of a checkout are."""
    return root / "codemods" / "rules"


def _append(file: Path, head: str, text: str, names: dict[str, str]) -> None:
    """Add to a file, which gets its head when it is new."""
    before = file.read_text("utf-8") + "\n" if file.is_file() else head.format(**names)
    file.write_text(before + text.format(**names), "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python scripts/new_rule.py CODE SUBJECT/MODULE")
    try:
        for path in scaffold(ROOT, sys.argv[1], sys.argv[2]):
            print(path.relative_to(ROOT))
    except ValueError as error:
        sys.exit(str(error))

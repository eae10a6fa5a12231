"""Sources of Python 2 become Python 3 where, and only where, they are Python 2."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from migrate.own_code.files import Place
from migrate.own_code.modules import SourceModule
from migrate.own_code.python2 import as_python3, with_old_division
from migrate.own_code.slices import cut


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("print 'a %d' % x", "print('a %d' % x)"),
        ("    print x, y", "    print(x, y)"),
        ("print", "print()"),
        ("print >>sys.stderr, 'x'", "print('x', file=sys.stderr)"),
        ("print ('%d') % 3", "print(('%d') % 3)"),
        ("except (A, B), e:", "except (A, B) as e:"),
        ("raise ValueError, 'no'", "raise ValueError('no')"),
        ("x = 010 + 10L", "x = 0o10 + 10"),
        ("if a <> b: pass", "if a != b: pass"),
    ],
)
def test_statements_of_python_2(old: str, new: str) -> None:
    assert as_python3(old) == new


@pytest.mark.parametrize("line", ["print('a')", "print ('a')", "printed = 1", "x = 10", "a = 'print x'"])
def test_other_lines_stay(line: str) -> None:
    assert as_python3(line) == line


def test_divisions_give_what_python_2_gave() -> None:
    text = with_old_division("x = (a + 7) / (c / 2) + 3.0 / 2 + layers[0]/2/d")
    names = {
        "a": 1,
        "c": 4,
        "d": 3,
        "layers": [9],
        "python2_division": lambda a, b: a // b if type(a) is int else a / b,
    }
    exec(text, names)
    assert names["x"] == 4 + 1.5 + 1


MODULE = """\
    from keras.layers import Dense

    def head(layers):
        for i in xrange(2):
            print 'layer', i
        return Dense(layers[0] / 2)
    """


def test_a_slice_of_python_2_runs_as_it_did(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(dedent(MODULE))
    text = cut([("head", Place(tmp_path, tmp_path / "old.py", 3))]).text
    given: dict[str, object] = {}
    exec(text.replace("from keras.layers import Dense", "Dense = int"), given)
    assert given["head"]([7]) == 3  # type: ignore[operator]
    assert "print('layer', i)" in text


def test_python_3_divides_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "new.py").write_text("def head(layers):\n    return layers[0] / 2\n")
    assert "python2" not in cut([("head", Place(tmp_path, tmp_path / "new.py", 1))]).text
    (tmp_path / "both.py").write_text("from __future__ import division\nfor i in xrange(2):\n    x = i / 2\n")
    assert [s.text for s in SourceModule.read(tmp_path / "both.py").statements][1].endswith("i / 2")

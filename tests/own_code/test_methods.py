"""A method that reads nothing of its object is cut out as a function; one that does is refused, by what it reads."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from codemods.files.source import SourceError
from migrate.own_code.files import SourceIndex
from migrate.own_code.slices import cut

MAKER = """\
    import surely_not_installed
    from keras import backend as K

    SCALE = 0.5

    class Maker(surely_not_installed.Base):
        rate = 3

        def reads(self, x):
            return x * self.rate

        @staticmethod
        def plain(x):
            return x * SCALE

        @classmethod
        def of_class(cls, x):
            return x

        def alone(self):
            return SCALE

        # What stands around a method is not of it.
        def shifted(self, both, *,
                    by=SCALE):
            mean, spread = both
            return mean + K.exp(by * spread)
    """


def sliced(folder: Path, name: str) -> str:
    (folder / "maker.py").write_text(dedent(MAKER))
    return cut([(name, SourceIndex([folder]).places(name)[0])]).text


def test_a_method_is_a_function_without_self(tmp_path: Path) -> None:
    text = sliced(tmp_path, "shifted")
    assert "\ndef shifted(both, *,\n" in text
    assert "SCALE = 0.5" in text
    assert "from keras import backend as K" in text
    assert "surely_not_installed" not in text
    assert "class Maker" not in text
    compile(text, "slice", "exec")


def test_one_that_takes_nothing_else(tmp_path: Path) -> None:
    assert "\ndef alone():\n    return SCALE" in sliced(tmp_path, "alone")


def test_a_static_method_is_a_function_as_it_stands(tmp_path: Path) -> None:
    text = sliced(tmp_path, "plain")
    assert "\ndef plain(x):" in text
    assert "staticmethod" not in text
    compile(text, "slice", "exec")


@pytest.mark.parametrize(("name", "why"), [("reads", "reads self"), ("of_class", "under classmethod")])
def test_what_depends_on_its_object_is_refused(name: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=why):
        sliced(tmp_path, name)


def test_a_function_of_the_name_goes_first(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("def shifted(x):\n    return x\n")
    assert "def shifted(x):" in sliced(tmp_path, "shifted")

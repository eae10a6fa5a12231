"""What a slice says of packages that are not installed."""

from __future__ import annotations

from pathlib import Path

from migrate.own_code.files import Place
from migrate.own_code.import_guards import absent_packages
from migrate.own_code.slices import cut

TEXT = """import numpy
import surely_not_installed as absent
from another_that_is_not.layers import Spectrum
from never_reached import plots


def build():
    absent.start()
    return Spectrum(numpy.ones(3))


def show():
    plots.show()
"""


def test_packages_that_the_slice_reaches_and_that_are_not_installed(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(TEXT)
    place = Place(tmp_path, file, 7)
    piece = cut([("build", place)], stand_in=True)
    assert absent_packages(piece.text) == ["another_that_is_not", "surely_not_installed"]
    assert absent_packages(cut([("build", place)]).text) == []  # code that is written for the user has none

"""What is printed of a proof says no more than was proven."""

from __future__ import annotations

from migrate.proving.records import LeftOut, ProofReport
from migrate.proving.run import covered
from migrate.proving.table import summary_of


def test_where_nothing_is_defined_nothing_is_proven() -> None:
    left_out = (LeftOut("a.py:main", 3, "takes no tensors"),)
    report = ProofReport(
        schema=1, source="a", proofs=(), skipped=left_out, counts={"equal": 0}, covered=covered([])
    )
    assert report.covered == 0.0
    lines = summary_of(report)
    assert lines[1].startswith("nothing was proven")
    assert lines[-1] == "  a.py:3 main: takes no tensors"

"""Each authentic file becomes what it became: no rule fires where it did not, and none falls silent."""

from __future__ import annotations

import pytest

from tests.dialects.translations import recorded, translated

RECORDED = recorded()


@pytest.mark.parametrize("name", RECORDED)
def test_a_file_becomes_what_it_became(name: str) -> None:
    assert str(translated(name)) == RECORDED[name], (
        "if the rules are meant to do this, write the table anew: python -m tests.dialects.translations"
    )

"""What a world says of an exception."""

from __future__ import annotations

import pytest

from migrate.findings import MigrationError
from migrate.worlds.guest.serve import describe


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("no such axis"), "no such axis"),
        (AssertionError(), "AssertionError"),
        (NotImplementedError(), "NotImplementedError"),
        (MigrationError("CFG050", "the file has no such class"), "the file has no such class"),
    ],
)
def test_every_error_has_a_message(error: Exception, message: str) -> None:
    described = describe(error)
    assert (described["kind"], described["message"]) == (type(error).__name__, message)

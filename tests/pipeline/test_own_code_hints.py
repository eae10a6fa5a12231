"""What is said when code that was found by shapes alone is that of another model."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from migrate.findings import MigrationError
from migrate.pipeline.own_code_hints import explained
from migrate.pipeline.progress import Progress
from migrate.pipeline.request import Options
from migrate.pipeline.staging import Staged
from migrate.worlds.host.pool import Slot


def _explained(code: str, own_code: dict[str, str]) -> MigrationError:
    error = MigrationError(code, "layer 'norm' has 4 arrays, but 2 were saved", "", "norm")
    return explained(
        error,
        Path("w.h5"),
        cast("Staged", None),
        Options(),
        cast("Slot", None),
        Path(),
        Progress(own_code=own_code),
    )


@pytest.mark.parametrize("code", ["WGT010", "WGT011", "WGT013"])
def test_weights_of_other_layers_ask_for_their_code(code: str) -> None:
    error = _explained(code, {"architecture": "net.py:build()"})
    assert (error.code, error.place) == ("FMT004", "norm")
    assert error.message.startswith("net.py:build() builds a model with weights of these shapes")
    assert "4 arrays" in error.message


def test_an_architecture_of_the_file_is_no_code_to_ask_for() -> None:
    assert _explained("WGT010", {}).code == "WGT010"
    assert _explained("CFG099", {"architecture": "net.py:build()"}).code == "CFG099"

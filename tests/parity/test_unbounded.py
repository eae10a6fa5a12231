"""Probes with NaN and infinities replace one number of each row, and only where numbers are plain."""

from __future__ import annotations

import numpy as np

from migrate.parity.input_specs import InputSpec
from migrate.parity.probes import FIRST
from migrate.parity.unbounded import KINDS, unbounded_probes


def test_each_row_has_one_such_number() -> None:
    specs = [InputSpec("x", (None, 6, 4), "float32"), InputSpec("ids", (None, 6), "int32", ids=5)]
    probes = unbounded_probes(specs, FIRST, 3)
    assert {key.split("/")[0] for key in probes} == {"0", "1", "2"}
    for number, value in enumerate(KINDS.values()):
        rows = probes[f"{number}/0"].reshape(len(probes[f"{number}/0"]), -1)
        strange = ~np.isfinite(rows)
        assert strange.sum(axis=1).tolist() == [1] * len(rows)
        np.testing.assert_array_equal(rows[strange], np.float32(value))
        assert probes[f"{number}/1"].max() < 5


def test_models_of_ids_and_words_get_none() -> None:
    specs = [InputSpec("ids", (None, 6), "float32", ids=5), InputSpec("s", (None,), "string")]
    assert unbounded_probes(specs, FIRST, 3) == {}

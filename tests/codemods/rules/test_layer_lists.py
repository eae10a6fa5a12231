"""LAY128: layers that are popped off a list, and outputs that are assigned."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop

HEAD = "import keras\n\nmodel = keras.Sequential()\n"


@pytest.mark.parametrize(
    "line",
    [
        "model.layers.pop()",
        "model.layers.insert(0, x)",
        "del model.layers[-1]",
        "model.layers[0] = x",
        "model.layers[2:] = []",
        "model.layers.sort(key=f)",
        "model.outputs = [x]",
        "model.outputs[0] = x",
        "model.outputs.append(x)",
        "model.inputs = [x]",
        "keras.Model(a, b).layers.pop()",
    ],
)
def test_a_list_that_is_changed_in_place_is_told(line: str) -> None:
    outcome = check_noop(f"{HEAD}{line}\n", codes=["LAY128"])
    assert "keras.Model(model.inputs, model.layers[-2].output)" in outcome.findings[0].hint


@pytest.mark.parametrize(
    "line",
    [
        "model.pop()",
        "list(model.layers).pop()",
        "model.metrics.pop()",
        "net.layers.pop()",
        "y = model.outputs",
        "y = model.outputs[0] + model.inputs[0]",
        "model.layers[0].trainable = y",
        "del net.layers[0]",
        "net.outputs = [x]",
        "model.layers.index(x)",
        "f = model.layers.pop",
    ],
)
def test_what_changes_no_list_of_a_model_stays(line: str) -> None:
    check_noop(f"{HEAD}{line}\n", codes=[])

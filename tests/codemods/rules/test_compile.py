"""Arguments of `compile`: which are dropped, which are said, and of which objects."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed

HEAD = "import keras\nfrom other import f, x\nm = keras.Sequential()\n"
OWN = "class M(keras.Model):\n    def compile(self, loss, options):\n        pass\n"


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ("m.compile(loss='mse', options=x)\n", ["TRN011"]),
        ("m.compile('adam', sample_weight_mode='temporal')\n", ["TRN011"]),
        ("def g(y):\n    y.compile(loss='mse', options=x)\n", ["TRN011"]),
        ("def g(y):\n    y.compile(optimizer='adam', options=x)\n", []),
        ("m.compile(options=x)\n", []),
        (f"{OWN}M().compile(loss='mse', options=x)\n", []),
        ("m.compile('adam', loss=['mse'], loss_weights=[2.0])\n", []),
        ("m.compile('adam', loss=f, loss_weights=[2.0])\n", []),
        ("m.compile('adam', loss='mse', loss_weights=[2.0, 3.0])\n", []),
        ("m.compile('adam', loss='mse', loss_weights=x)\n", []),
        ("keras.metrics.get()\n", []),
        ("keras.metrics.get('mse')\n", []),
    ],
)
def test_what_stays(lines: str, codes: list[str]) -> None:
    check_noop(HEAD + lines, select=["TRN011", "TRN012", "TRN020"], codes=codes)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("m.compile('adam', sample_weight_mode=None)", "m.compile('adam')"),
        ("m.compile('adam', pss_evaluation_shards=0)", "m.compile('adam')"),
        ("m.compile('adam', experimental_run_tf_function=True)", "m.compile('adam')"),
        ("m.compile('adam', 'mse', loss_weights=[2.0])", "m.compile('adam', 'mse', loss_weights=2.0)"),
        ("keras.metrics.get('acc')", "keras.metrics.get('accuracy')"),
    ],
)
def test_what_changes(before: str, after: str) -> None:
    select = ["TRN011", "TRN012", "TRN020"]
    check_transformed(f"{HEAD}{before}\n", f"{HEAD}{after}\n", unsafe=True, select=select)

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


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ("model.compile(model.optimizer, model.loss, metrics=model.metrics)\n", ["TRN043"]),
        ("def again(net):\n    net.compile(net.optimizer, net.loss, metrics=net.metrics)\n", ["TRN043"]),
        ("model.compile('adam', 'mse', metrics=model.other)\n", []),
        ("model.compile('adam', 'mse', metrics=metrics)\n", []),
        ("model.compile('adam', 'mse', metrics=keras.metrics)\n", []),
        ("def again(net):\n    net.compile('adam', 'mse', weighted_metrics=net.metrics)\n", []),
    ],
)
def test_metrics_of_a_compiled_model(lines: str, codes: list[str]) -> None:
    check_noop(f"import keras\n\nmodel = keras.Sequential()\n{lines}", select=["TRN043"], codes=codes)


def test_a_compile_of_ones_own_takes_what_it_likes() -> None:
    own = "import keras\n\n\nclass Own(keras.Model):\n    def compile(self, optimizer, loss, metrics):\n        pass\n"
    check_noop(
        f"{own}\n\nmodel = Own()\nmodel.compile(1, 2, metrics=model.metrics)\n", select=["TRN043"], codes=[]
    )

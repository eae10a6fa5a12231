"""What classes of a project call, define and pass on: members that left, constructors, and ``call`` itself."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed

HEAD = "import keras\nimport tensorflow as tf\nfrom other import f, g\n\n\n"
OWN = HEAD + "class Own({}):\n    def {}(self, x):\n        {}\n"


def own(line: str, method: str = "call", base: str = "keras.layers.Layer") -> str:
    """A class with one method of one line."""
    return OWN.format(base, method, line)


def changes(before: str, after: str, *codes: str) -> None:
    check_transformed(before, after, select=codes, unsafe=True)


def stays(text: str, *codes: str, found: int = 0, version: str = "3.15") -> None:
    check_noop(text, select=codes, unsafe=True, codes=[codes[0]] * found, version=version)


ADDED = ["CUS012", "CUS013"]


def test_methods_that_left_are_found() -> None:
    stays(own("self.add_metric(x)"), "CUS012", found=1)
    stays(own("self.add_update(x)", base="keras.Model"), "CUS012", found=1)
    stays(own("self.add_loss(x)"), *ADDED)
    stays(own("self.add_loss(x)", base="keras.Model"), *ADDED)
    stays(own("self.add_loss(x)", "build", "keras.Model"), *ADDED)
    stays(own("self.add_loss(x)", "train_step", "keras.Model"), *ADDED)
    stays(own("self.add_loss(x)", "other", "keras.Model"), "CUS013", found=1)
    stays(own("self.add_loss(x)", "other"), *ADDED)


def test_inputs_of_a_loss_go() -> None:
    changes(own("self.add_loss(x, inputs=x)"), own("self.add_loss(x)"), "CUS013")
    stays(own("self.add_metric(x, inputs=x)"), "CUS013")


@pytest.mark.parametrize("line", ["f.add_metric(x)", "add_metric(x)", "self.f.add_loss(x, inputs=x)"])
def test_methods_of_other_objects_stay(line: str) -> None:
    stays(own(line), *ADDED)
    stays(own(line.replace("self.f", "self"), base="f.Base"), *ADDED)


def test_a_metric_resets_its_state() -> None:
    metric = own("pass", "reset_states", "keras.metrics.Metric")
    changes(metric, metric.replace("reset_states", "reset_state"), "CUS010")
    stays(metric + "\n    def reset_state(self):\n        pass\n", "CUS010")
    stays(own("pass", "other", "keras.metrics.Metric"), "CUS010")
    stays(own("pass", "reset_states", "f.Metric"), "CUS010")


STEP = HEAD + "class Own(keras.optimizers.Optimizer):\n    def update_step({}):\n        pass\n"


def test_an_optimizer_is_given_the_rate() -> None:
    stays(STEP.format("self, gradient, variable"), "CUS014", found=1)
    stays(STEP.format("self, gradient, variable, rate"), "CUS014")
    stays(STEP.format("self, gradient, variable, *rest"), "CUS014")
    stays(STEP.format("self, gradient"), "CUS014")
    stays(own("pass", "_create_slots", "keras.optimizers.Optimizer"), "CUS014", found=1)
    stays(own("pass", "_other", "keras.optimizers.Optimizer"), "CUS014")


def test_a_private_name_that_is_set_is_found() -> None:
    stays(own("self._name = x"), "CUS015", found=1)
    stays(own("self._name"), "CUS015")
    stays(own("f._name = x"), "CUS015")
    stays(own("self._name = x", base="f.Base"), "CUS015")


MODEL = HEAD + "hook = keras.callbacks.EarlyStopping()\n{}\n"


def test_a_callback_is_told_its_model() -> None:
    changes(MODEL.format("hook.model = f"), MODEL.format("hook.set_model(f)"), "CUS026")
    for line in (
        "hook.model",
        "hook.model = g.model = f",
        "hook.model += f",
        "g.model = f",
        "hook.model, x = f",
    ):
        stays(MODEL.format(line), "CUS026")


SUPER = HEAD + "class Own({}):\n    def __init__(self, *rest, **more):\n        super().__init__({})\n"
NAMED = [
    ("keras.losses.Loss", "'own'", "reduction='own'", "CUS007"),
    ("keras.metrics.Metric", "'own', f", "name='own', dtype=f", "CUS008"),
    ("keras.layers.Layer", "self, name='own'", "name='own'", "CUS009"),
    ("keras.Model", "self, name='own'", "name='own'", "CUS009"),
    ("keras.layers.Layer", "name=f, dynamic=False", "name=f", "CUS017"),
]


@pytest.mark.parametrize(("base", "before", "after", "code"), NAMED)
def test_constructors_are_given_names(base: str, before: str, after: str, code: str) -> None:
    changes(SUPER.format(base, before), SUPER.format(base, after), code)


@pytest.mark.parametrize(
    ("base", "given"),
    [
        ("keras.losses.Loss", "name='own'"),
        ("keras.losses.Loss", "*rest"),
        ("keras.losses.Loss", "'own', *rest"),
        ("keras.losses.Loss", "'own', reduction='own'"),
        ("keras.losses.Loss", "'own', f, g"),
        ("keras.metrics.Metric", "'own', f, g"),
        ("keras.losses.MeanSquaredError", "'own'"),
        ("f.Base", "'own'"),
        ("f.Base", "self, dynamic=False"),
        ("keras.losses.Loss", "self"),
        ("keras.losses.Loss", "dynamic=True"),
        ("keras.layers.Layer", "**more"),
    ],
)
def test_other_constructors_stay(base: str, given: str) -> None:
    codes = (
        ["CUS009", "CUS017"]
        if given in {"self", "dynamic=True"}
        else ["CUS007", "CUS008", "CUS009", "CUS017"]
    )
    check_noop(SUPER.format(base, given), select=codes, codes=[], unsafe=True)


def test_other_calls_in_a_constructor_stay() -> None:
    text = SUPER.format("keras.losses.Loss", "**more") + "        f.__init__('own')\n        f('own')\n"
    check_noop(text, select=["CUS007"], codes=[])
    check_noop(text.replace("__init__(self", "other(self"), select=["CUS007"], codes=[])


def test_a_dynamic_layer_is_a_finding() -> None:
    stays(SUPER.format("keras.layers.Layer", "dynamic=True"), "CUS017", found=1)


SEQUENCE = HEAD + "class Own({}):\n    def {}(self):\n{}        self.x = 1\n"
CALLED = "        super().__init__()\n"


@pytest.mark.parametrize("first", ["", '        """A sequence."""\n'])
def test_a_sequence_calls_its_base(first: str) -> None:
    made = SEQUENCE.format("keras.utils.PyDataset", "__init__", first + CALLED)
    changes(SEQUENCE.format("keras.utils.PyDataset", "__init__", first), made, "CUS027")


@pytest.mark.parametrize("first", ["        5\n", "        f()\n"])
def test_what_is_no_docstring_comes_second(first: str) -> None:
    made = SEQUENCE.format("keras.utils.Sequence", "__init__", CALLED + first)
    changes(SEQUENCE.format("keras.utils.Sequence", "__init__", first), made, "CUS027")


def test_other_sequences_stay() -> None:
    stays(SEQUENCE.format("keras.utils.Sequence", "__init__", CALLED), "CUS027")
    stays(SEQUENCE.format("keras.utils.Sequence", "other", ""), "CUS027")
    stays(SEQUENCE.format("f.Sequence", "__init__", ""), "CUS027")
    base = SEQUENCE.format("keras.utils.Sequence", "__init__", CALLED)
    stays(base + "\n\nclass Below(Own):\n    def __init__(self):\n        self.y = 1\n", "CUS027")


BRANCHES = ["if tf.reduce_sum(x) > 0: pass", "while tf.reduce_any(x): pass", "for i in tf.range(x): pass"]


@pytest.mark.parametrize("line", [*BRANCHES, "return f if tf.reduce_any(x) else g"])
def test_a_branch_over_a_tensor_is_found(line: str) -> None:
    stays(own(line), "CUS030", found=1)
    stays(own(line, base="keras.Model"), "CUS030", found=1)
    stays(own(line, "other"), "CUS030")
    stays(own(line, base="f.Base"), "CUS030")
    stays(own(line).replace("    def call", "    @tf.function\n    def call"), "CUS030")


@pytest.mark.parametrize(
    "line",
    [
        "if f.reduce_sum(x) > 0: pass",
        "if x: pass",
        "if tf.executing_eagerly(): pass",
        "for i in x: pass",
        "for i in range(3): pass",
        "for i in [tf.reduce_sum(x)]: pass",
        "y = tf.reduce_sum(x)",
    ],
)
def test_branches_over_other_things_stay(line: str) -> None:
    stays(own(line), "CUS030")


def test_layers_and_variables_made_in_call_are_found() -> None:
    for line in ("self.a = keras.layers.Dense(3)", "self.a = tf.Variable(x)", "self.a = keras.Variable(x)"):
        stays(own(line), "CUS023", found=1)
        stays(own(line, "build"), "CUS023")
        stays(own(line, base="f.Base"), "CUS023")
    for line in (
        "a = keras.layers.Dense(3)",
        "f.a = keras.layers.Dense(3)",
        "self.a = f(x)",
        "self.a = tf.Variable",
    ):
        stays(own(line), "CUS023")


def test_inputs_within_inputs_are_found() -> None:
    for given in ("[x, [x, x]]", "{'a': {'b': x}}", "(x, (x,))", "[{'a': x}]"):
        stays(own(f"keras.Model({given}, x)"), "LAY113", found=1, version="3.3")
    for given in ("[x, x]", "{'a': x}", "x", "[f([x])]"):
        stays(own(f"keras.Model({given}, x)"), "LAY113", version="3.3")


def test_none_among_inputs_is_found() -> None:
    made = HEAD + "layer = keras.layers.Add()\nm = keras.Model(f, g)\n{}\n"
    for line in ("layer([f, None])", "m([f, None])", "m({'a': None})", "layer((None, f))"):
        stays(made.format(line), "LAY114", found=1, version="3.12")
    for line in (
        "layer([f, 0])",
        "layer(None)",
        "layer([f, [None]])",
        "f([g, None])",
        "layer()",
        "layer(f, [None])",
    ):
        stays(made.format(line), "LAY114", version="3.12")


LOSS = ["CUS033", "CUS043"]


def test_losses_that_are_added_early_or_as_functions_are_found() -> None:
    for method in ("__init__", "build"):
        stays(own("self.add_loss(x)", method), "CUS033", found=1)
    stays(own("self.add_loss(lambda: x)"), "CUS033", found=1)
    for text in (
        own("self.add_loss(x)"),
        own("self.add_loss(loss=x)", "build"),
        own("f.add_loss(x)", "build"),
        own("self.f.add_loss(x)", "build"),
        own("self.add_loss(x)", "build", "f.Base"),
        HEAD + "def build(self):\n    self.add_loss(1)\n",
        HEAD + "class Own(keras.layers.Layer):\n    self = f\n    self.add_loss(1)\n",
    ):
        check_noop(text, select=LOSS, unsafe=True, codes=[])


def test_a_number_is_made_a_tensor() -> None:
    made = "self.add_loss(keras.ops.convert_to_tensor({}))"
    changes(own("self.add_loss(0.5)"), own(made.format("0.5")), "CUS043")
    changes(own("self.add_loss(1)"), own(made.format("1, dtype='float32'")), "CUS043")
    stays(own("self.add_loss(True)"), "CUS043")


LAYER = HEAD + "layer = keras.layers.Dense(1)\n{}\n"


def test_a_function_given_to_another_layer() -> None:
    for line in (
        "layer.add_loss(lambda: f(layer.kernel), inputs=g)",
        "layer.add_loss(lambda: f(layer.kernel), g)",
        "layer.add_loss(f)",
        "f(lambda: g(layer.kernel))",
        "add_loss(lambda: g(layer.kernel))",
        "layer.add_metric(lambda: f(layer.kernel))",
    ):
        check_noop(LAYER.format(line), select=["CUS033", "CUS046"], unsafe=True, codes=[])
    for line in (
        "layer.add_loss(lambda: f(layer.kernel, 1))",
        "layer.add_loss(lambda: f)",
        "layer.add_loss(lambda a: f(a))",
        "layer.add_loss(lambda a=f, b=g: b(a.kernel))",
    ):
        check_noop(LAYER.format(line), select=["CUS033", "CUS046"], unsafe=True, codes=["CUS033"])

"""Methods of shapes that left, and how a layer tells one shape from several: where they are said and where not."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed

LAYER = "import keras\nimport tensorflow as tf\nfrom other import f\n\n\nclass Own(keras.layers.Layer):\n"
OTHER = LAYER.replace("keras.layers.Layer", "f.Base")

LISTS = {
    "the parameter of build": (
        "    def build(self, input_shape):\n        return input_shape.as_list()\n",
        "    def build(self, input_shape):\n        return list(input_shape)\n",
    ),
    "what another layer says": (
        "    def build(self, input_shape):\n        return f.compute_output_shape(input_shape).as_list()\n",
        "    def build(self, input_shape):\n        return list(f.compute_output_shape(input_shape))\n",
    ),
    "a shape that is made one": (
        "    def build(self, input_shape):\n        return tf.TensorShape(input_shape[1:]).as_list()\n",
        "    def build(self, input_shape):\n        return list(input_shape[1:])\n",
    ),
    "the shape of a tensor": (
        "    def call(self, x):\n        return x.shape.as_list(), x.get_shape().as_list(), x.get_shape()\n",
        "    def call(self, x):\n        return list(x.shape), list(x.shape), x.shape\n",
    ),
}


@pytest.mark.parametrize("case", LISTS)
def test_a_shape_is_a_tuple(case: str) -> None:
    before, after = LISTS[case]
    head = _without_tensorflow(LAYER) if "tf." in before else LAYER
    check_transformed(LAYER + before, head + after, select=["CUS004", "IMP"])


def _without_tensorflow(head: str) -> str:
    """The head without an import whose last use was rewritten."""
    return head.replace("import tensorflow as tf\n", "")


@pytest.mark.parametrize(
    "body",
    [
        "    def build(self, input_shape):\n        return input_shape.as_list(1), input_shape.as_list(n=1)\n",
        "    def build(self, input_shape):\n        return f.as_list()\n",
        "    def build(self, input_shape):\n        return self.input_shape.as_list()\n",
        "    def build(self, input_shape):\n        return as_list()\n",
        "    def compute_mask(self, inputs, mask):\n        return inputs.as_list()\n",
        "    def other(self, input_shape):\n        return input_shape.as_list()\n",
        "    def build(self, input_shape):\n        return tf.TensorShape().as_list()\n",
        "    def build(self, input_shape):\n        return f.TensorShape(input_shape).as_list()\n",
        "    def build(self, input_shape):\n        return f.size.as_list(), f.other().as_list()\n",
    ],
)
def test_as_list_of_something_else_stays(body: str) -> None:
    check_noop(LAYER + body, select=["CUS004"], codes=[])


@pytest.mark.parametrize(
    "text",
    [
        OTHER + "    def build(self, input_shape):\n        return input_shape.as_list()\n",
        LAYER + "    pass\n\n\ndef build(input_shape):\n    return input_shape.as_list()\n",
        LAYER + "    pass\n\n\nf.compute_output_shape(1).as_list()\n",
        "import tensorflow as tf\nx = f()\nx.get_shape()\nx.shape.as_list()\nx.get_shape().as_list()\n",
        "import tensorflow as tf\ntf.TensorShape([1]).as_list()\n",
    ],
)
def test_as_list_outside_of_layers_stays(text: str) -> None:
    check_noop(text, select=["CUS004"], codes=[])


SHAPE = "    def compute_output_shape(self, input_shape):\n        return {}\n"


@pytest.mark.parametrize("base", ["keras.layers.Layer", "keras.Model"])
def test_a_tensor_shape_is_a_tuple(base: str) -> None:
    head = LAYER.replace("keras.layers.Layer", base)
    after = _without_tensorflow(head) + SHAPE.format("tuple(input_shape[:1])")
    check_transformed(head + SHAPE.format("tf.TensorShape(input_shape[:1])"), after, select=["CUS005", "IMP"])


@pytest.mark.parametrize(
    "text",
    [
        LAYER + SHAPE.format("tf.TensorShape()"),
        LAYER + SHAPE.format("tf.TensorShape(input_shape, 1)"),
        LAYER + SHAPE.format("tf.TensorShape(dims=input_shape)"),
        LAYER + SHAPE.format("tf.TensorShape(input_shape, name='a')"),
        LAYER + SHAPE.format("tf.TensorShape(input_shape).as_list()"),
        LAYER + "    def call(self, x):\n        return tf.TensorShape([1])\n",
        LAYER + "    size = tf.TensorShape([1])\n",
        OTHER + SHAPE.format("tf.TensorShape(input_shape)"),
        "import tensorflow as tf\n\n\ndef build(shape):\n    return tf.TensorShape(shape)\n",
    ],
)
def test_a_tensor_shape_elsewhere_stays(text: str) -> None:
    check_noop(text, select=["CUS005"], codes=[])


def test_a_member_of_a_tensor_shape_is_still_in_it() -> None:
    check_transformed(
        LAYER + SHAPE.format("tf.TensorShape(input_shape).rank"),
        _without_tensorflow(LAYER) + SHAPE.format("tuple(input_shape).rank"),
        select=["CUS005", "IMP"],
    )


@pytest.mark.parametrize("held", ["x.shape", "x.get_shape()", "f().get_shape()", "f.y.shape"])
def test_a_dimension_is_a_number(held: str) -> None:
    line = f"    def call(self, x):\n        return {held}[1]"
    check_transformed(f"{LAYER}{line}.value\n", f"{LAYER}{line}\n", select=["CUS040"])


@pytest.mark.parametrize(
    "line",
    [
        "x.shape.value",
        "x.shape[1:].value",
        "x.shape[1].value()",
        "x.size[1].value",
        "x.get_shape(1)[1].value",
        "get_shape()[1].value",
        "x.sizes()[1].value",
        "x[1].value",
    ],
)
def test_the_value_of_something_else_stays(line: str) -> None:
    check_noop(f"{LAYER}    def call(self, x):\n        return {line}\n", select=["CUS040"], codes=[])


def test_a_value_that_is_set_stays() -> None:
    check_noop(f"{LAYER}    def call(self, x):\n        x.shape[1].value = 2\n", select=["CUS040"], codes=[])


MASKED = LAYER + "    def call(self, xs, mask=None):\n{}        a, b = xs\n        return f(a, mask)\n"
NONE = "        if isinstance(mask, (list, tuple)) and all(item is None for item in mask):\n            mask = None\n"


@pytest.mark.parametrize("documented", ['        """A sum."""\n', "        r'raw'\n"])
def test_the_look_at_masks_stands_behind_the_docstring(documented: str) -> None:
    check_transformed(MASKED.format(documented), MASKED.format(documented + NONE), select=["CUS028"])


@pytest.mark.parametrize("first", ["        f(xs)\n", "        5\n"])
def test_the_look_at_masks_stands_before_all_else(first: str) -> None:
    check_transformed(MASKED.format(first), MASKED.format(NONE + first), select=["CUS028"])


@pytest.mark.parametrize(
    "text",
    [
        MASKED.format("").replace("keras.layers.Layer", "keras.Model"),
        MASKED.format("").replace("call(", "other("),
        MASKED.format("").replace("xs, mask=None", "mask, xs"),
        MASKED.format("").replace("xs, mask=None", "xs"),
        MASKED.format("        mask = [m is None for m in mask]\n"),
        MASKED.format("        isinstance(mask, list)\n"),
        MASKED.format("        mask[1] is None\n"),
        MASKED.format("").replace("a, mask", "a"),
        MASKED.format("").replace("a, b = xs", "a = b = xs"),
        MASKED.format("").replace("a, b = xs", "a = xs['a']"),
        MASKED.format("").replace("a, b = xs", "a = ys[0]"),
        MASKED.format("").replace("a, b = xs", "a = xs[i]"),
        MASKED.format("").replace("a, b = xs", "a = f(xs)[0]"),
        MASKED.format("").replace("a, b = xs", "a, b = f(xs)"),
    ],
)
def test_masks_that_are_no_question_stay(text: str) -> None:
    check_noop(text, select=["CUS028"], codes=[])


SEVERAL = "    def {}(self, input_shape):\n        if {}:\n            return f(input_shape[0])\n"


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("build", "list"),
        ("build", "(list, tuple)"),
        ("build", "(tuple, list)"),
        ("compute_output_shape", "(list, tuple)"),
        ("compute_output_shape", "(tuple, list)"),
    ],
)
def test_a_list_of_numbers_is_one_shape(method: str, kind: str) -> None:
    test = f"isinstance(input_shape, {kind})"
    after = f"{test} and isinstance(input_shape[0], (list, tuple))"
    check_transformed(
        LAYER + SEVERAL.format(method, test), LAYER + SEVERAL.format(method, after), select=["CUS032"]
    )


@pytest.mark.parametrize(
    "text",
    [
        LAYER + SEVERAL.format("compute_output_shape", "isinstance(input_shape, list)"),
        LAYER + SEVERAL.format("build", "isinstance(input_shape, dict)"),
        LAYER + SEVERAL.format("build", "isinstance(f, list)"),
        LAYER + SEVERAL.format("build", "f.isinstance(input_shape, list)"),
        LAYER + SEVERAL.format("build", "issubclass(input_shape, list)"),
        LAYER + SEVERAL.format("build", "isinstance(input_shape, list) and f(input_shape[0])"),
        LAYER + SEVERAL.format("call", "isinstance(input_shape, list)"),
        LAYER.replace("layers.Layer", "Model") + SEVERAL.format("build", "isinstance(input_shape, list)"),
        LAYER + "    def build():\n        return isinstance(input_shape, list)\n",
    ],
)
def test_other_questions_about_shapes_stay(text: str) -> None:
    check_noop(text, select=["CUS032"], codes=[])


def test_a_question_beside_another_is_asked_in_full() -> None:
    test, first = "isinstance(input_shape, list)", "isinstance(input_shape[0], (list, tuple))"
    check_transformed(
        LAYER + SEVERAL.format("build", f"{test} and f"),
        LAYER + SEVERAL.format("build", f"({test} and {first}) and f"),
        select=["CUS032"],
    )

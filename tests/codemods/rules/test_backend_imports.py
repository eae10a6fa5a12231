"""BKD006: TensorFlow and NumPy, reached through ``keras.backend``."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed


@pytest.mark.parametrize(
    ("before", "head", "after"),
    [
        ("K.tf.image.flip_up_down(x)", "import tensorflow as tf", "tf.image.flip_up_down(x)"),
        ("K.tf.boolean_mask(x, y)", "import tensorflow as tf", "tf.boolean_mask(x, y)"),
        ("K.np.sin(x)", "import numpy as np", "np.sin(x)"),
        ("K.tf.argmax(x)", "import tensorflow as tf", "tf.argmax(x)"),
        ("f(K.tf)", "import tensorflow as tf", "f(tf)"),
        ("K.control_flow_ops.cond(x, f, g)", "import tensorflow as tf", "tf.compat.v1.cond(x, f, g)"),
        ("K.tf.image.resize_area(x, y)", "import tensorflow as tf", "tf.compat.v1.image.resize_area(x, y)"),
    ],
)
def test_what_the_backend_imported_is_imported_by_its_own_name(before: str, head: str, after: str) -> None:
    check_transformed(f"from keras import backend as K\n\ny = {before}\n", f"{head}\n\ny = {after}\n")


def test_a_function_of_tensorflow_keeps_its_own_defaults_in_keras_code() -> None:
    before = "from keras import backend as K\n\n\ndef loss(y_true, y_pred):\n    return K.tf.argmax(y_pred - y_true)\n"
    after = "from keras import ops\n\n\ndef loss(y_true, y_pred):\n    return ops.argmax(y_pred - y_true, axis=0)\n"
    check_transformed(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    tf = K.tf\n    return tf.log(x)\n", "    import tensorflow as tf\n    return tf.math.log(x)\n"),
        ("    t = K.tf\n    return t.square(x)\n", "    import tensorflow as t\n    return t.square(x)\n"),
        ("    np = K.np\n    return np.sin(x)\n", "    import numpy as np\n    return np.sin(x)\n"),
        ("    os = K.os\n    return os.sep\n", "    import os\n    return os.sep\n"),
    ],
)
def test_a_name_that_a_function_gives_a_module_becomes_an_import(before: str, after: str) -> None:
    head = "from keras import backend as K\n\n\ndef f(x):\n"
    check_transformed(f"{head}{before}", f"\n\ndef f(x):\n{after}")


def test_the_module_of_the_backend_hands_them_on_as_well() -> None:
    before = "from keras.backend import tensorflow_backend as KTF\n\ny = KTF.tf.argmax(x)\n"
    check_transformed(before, "import tensorflow as tf\n\ny = tf.argmax(x)\n")


def test_other_names_of_the_backend_are_not_imports_of_it() -> None:
    check_noop("from keras import backend as K\n\ny = K.control_flow_ops.group(x)\n", codes=["IMP010"])

"""Namespaces and imports: every shape an import takes, for the three destinations."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop, check_transformed, run

MOVES = {
    "package": (
        "from tensorflow import keras\nm = keras.Sequential()\n",
        "import keras\nm = keras.Sequential()\n",
    ),
    "package under another name": (
        "from tensorflow import keras as tk\nm = tk.Sequential()\n",
        "import keras as tk\nm = tk.Sequential()\n",
    ),
    "module": (
        "from tensorflow.keras import layers\nd = layers.Dense(1)\n",
        "from keras import layers\nd = layers.Dense(1)\n",
    ),
    "symbols in parentheses with comments": (
        "from tensorflow.keras.layers import (\n    Dense,  # the head\n    LSTM,\n)\nd = Dense(1), LSTM(2)\n",
        "from keras.layers import (\n    Dense,  # the head\n    LSTM,\n)\nd = Dense(1), LSTM(2)\n",
    ),
    "import as": (
        "import tensorflow.keras as K\nm = K.Sequential()\n",
        "import keras as K\nm = K.Sequential()\n",
    ),
    "dotted import": (
        "import tensorflow.keras\nm = tensorflow.keras.Sequential()\n",
        "import keras\nm = keras.Sequential()\n",
    ),
    "dotted import, root still used": (
        "import tensorflow.keras\nm = tensorflow.keras.Sequential()\nx = tensorflow.zeros(1)\n",
        "import tensorflow\nimport keras\nm = keras.Sequential()\nx = tensorflow.zeros(1)\n",
    ),
    "attribute of tf": (
        "import tensorflow as tf\n\nm = tf.keras.Sequential()\n",
        "import keras\n\nm = keras.Sequential()\n",
    ),
    "attribute of tf that stays in use": (
        "import tensorflow as tf\n\nm = tf.keras.Sequential()\nd = tf.data.Dataset\n",
        "import tensorflow as tf\nimport keras\n\nm = keras.Sequential()\nd = tf.data.Dataset\n",
    ),
    "compat.v1": (
        "import tensorflow.compat.v1 as tf\nm = tf.keras.Sequential()\nx = tf.Session\n",
        "import tensorflow.compat.v1 as tf\nimport keras\nm = keras.Sequential()\nx = tf.Session\n",
    ),
    "one statement, two packages": (
        "from tensorflow import keras, data\nm = keras.Sequential(), data.Dataset\n",
        "from tensorflow import data\nimport keras\nm = keras.Sequential(), data.Dataset\n",
    ),
    "function-local": (
        "def f():\n    import tensorflow as tf\n    return tf.keras.Sequential()\n",
        "def f():\n    import keras\n    return keras.Sequential()\n",
    ),
    "lazy imports of one name in several functions": (
        "def f(a):\n    from tensorflow.keras import backend as K\n    return K.mean(a)\n\n\n"
        "def g(a):\n    from tensorflow.keras import backend as K\n    return K.sum(a) + K.epsilon()\n",
        "def f(a):\n    from keras import ops\n    return ops.mean(a)\n\n\n"
        "def g(a):\n    from keras import backend as K\n    from keras import ops\n"
        "    return ops.sum(a) + K.epsilon()\n",
    ),
    "lazy imports of a symbol with another name": (
        "def f():\n    from tensorflow.keras.losses import logcosh\n    return [logcosh]\n\n\n"
        "def g():\n    from tensorflow.keras.losses import logcosh\n    return [logcosh]\n",
        "def f():\n    from keras.losses import log_cosh\n    return [log_cosh]\n\n\n"
        "def g():\n    from keras.losses import log_cosh\n    return [log_cosh]\n",
    ),
    "symbol with another name among others": (
        "from tensorflow.keras.losses import logcosh, poisson  # both\nl = [logcosh, poisson]\n",
        "from keras.losses import log_cosh, poisson  # both\nl = [log_cosh, poisson]\n",
    ),
    "several modules that are one now": (
        "import keras.layers.core\nimport keras.layers.local\nimport os\nimport keras.layers.noise\n\n"
        "d = keras.layers.core.Dense, keras.layers.noise.GaussianNoise, keras.Model, os\n",
        "import keras\nimport os\n\nd = keras.layers.Dense, keras.layers.GaussianNoise, keras.Model, os\n",
    ),
    "comments above an import that leaves": (
        "import os\n\n# ######\n\n\nimport keras.backend as K\nimport keras.layers\n\n"
        "def f(x):\n    return len(K.int_shape(x)), keras.layers.Dense, os\n",
        "import os\n\n# ######\n\n\nimport keras.layers\n\n"
        "def f(x):\n    return len(tuple(x.shape)), keras.layers.Dense, os\n",
    ),
    "module that is gone, under its full name": (
        "import keras.engine.topology\nimport tensorflow.keras.engine.training\n\n"
        "l = keras.engine.topology.Layer\n",
        "import keras\n\nl = keras.layers.Layer\n",
    ),
    "a name that is taken in another function": (
        "def f():\n    import tensorflow as tf\n    return tf.keras.Model, tf.data\n\n\n"
        "def g():\n    import mykeras as keras\n    return keras.x\n",
        "def f():\n    import tensorflow as tf\n    import keras\n    return keras.Model, tf.data\n\n\n"
        "def g():\n    import mykeras as keras\n    return keras.x\n",
    ),
    "a name that is taken around the function": (
        "import mykeras as keras\n\n\ndef f():\n    import tensorflow as tf\n"
        "    return tf.keras.Model, tf.data, keras.x\n",
        "import mykeras as keras\n\n\ndef f():\n    import tensorflow as tf\n    import keras as keras3\n"
        "    return keras3.Model, tf.data, keras.x\n",
    ),
    "lazy import of a global name": (
        "def f():\n    global K\n    from tensorflow.keras import backend as K\n\n\n"
        "def g():\n    return K.epsilon()\n",
        "def f():\n    global K\n    from keras import backend as K\n\n\ndef g():\n    return K.epsilon()\n",
    ),
    "lazy import that nothing used": (
        "def f():\n    import keras\n\n\ndef g():\n    from tensorflow import keras\n    return keras.Model\n",
        "def f():\n    import keras\n\n\ndef g():\n    import keras\n    return keras.Model\n",
    ),
    "lazy import keeps lazy beside a module-level one": (
        "import numpy as np\n\n\ndef f():\n    from tensorflow import keras\n    return keras.Sequential(np)\n",
        "import numpy as np\n\n\ndef f():\n    import keras\n    return keras.Sequential(np)\n",
    ),
    "star": (
        "from tensorflow.keras.layers import *\nd = Dense(1)\n",
        "from keras.layers import *\nd = Dense(1)\n",
    ),
    "assignment alias": (
        "import tensorflow as tf\n\nkeras = tf.keras\nm = keras.Sequential(), tf.data\n",
        "import tensorflow as tf\n\nimport keras\nm = keras.Sequential(), tf.data\n",
    ),
    "assignment alias of a module": (
        "import tensorflow as tf\n\nkl = tf.keras.layers\nd = kl.Dense(1), tf.data\n",
        "import tensorflow as tf\nimport keras\n\nkl = keras.layers\nd = kl.Dense(1), tf.data\n",
    ),
    "private path": (
        "from tensorflow.python.keras.layers import Dense\nd = Dense(1)\n",
        "from keras.layers import Dense\nd = Dense(1)\n",
    ),
    "module that is gone": (
        "from keras.layers.core import Dense\nd = Dense(1)\n",
        "from keras.layers import Dense\nd = Dense(1)\n",
    ),
    "name bound to something else": (
        "import tensorflow as tf\n\nkeras = 3\nm = tf.keras.Sequential(), tf.data\n",
        "import tensorflow as tf\nimport keras as keras3\n\nkeras = 3\nm = keras3.Sequential(), tf.data\n",
    ),
    "semicolons": (
        "import os; from tensorflow import keras; m = keras.Sequential(os)\n",
        "import os; import keras; m = keras.Sequential(os)\n",
    ),
    "trailing comment and docstring": (
        '"""Doc."""\nfrom tensorflow import keras  # noqa: E402\nm = keras.Sequential()\n',
        '"""Doc."""\nimport keras  # noqa: E402\nm = keras.Sequential()\n',
    ),
    "parenthesised attribute": (
        "import tensorflow as tf\nm = (tf.keras).Sequential()\nn = tf.data\n",
        "import tensorflow as tf\nimport keras\nm = keras.Sequential()\nn = tf.data\n",
    ),
    "one-line suite": (
        "if 1: from tensorflow import keras\nm = keras.Sequential()\n",
        "if 1: import keras\nm = keras.Sequential()\n",
    ),
}


MOVES |= {
    "semicolons, one for one": (
        "from tensorflow.keras.models import Model; from tensorflow.keras.layers import Dense; m = Model(Dense)\n",
        "from keras.models import Model; from keras.layers import Dense; m = Model(Dense)\n",
    ),
    "optional import": (
        "try:\n    import tensorflow as tf\nexcept ImportError:\n    tf = None\nm = tf.keras.Model if tf else 0\n",
        "try:\n    import tensorflow as tf\n    import keras\nexcept ImportError:\n    tf = None\n"
        "m = keras.Model if tf else 0\n",
    ),
    "deleted name": (
        "import tensorflow as tf\nx = tf.keras.Model\ndel tf\n",
        "import tensorflow as tf\nimport keras\nx = keras.Model\ndel tf\n",
    ),
    "star of the package": (
        "from tensorflow.keras import *\nx = layers.Dense(2)\n",
        "from keras import *\nx = layers.Dense(2)\n",
    ),
    "string annotation": (
        "import tensorflow as tf\n\n\ndef f(m: 'tf.keras.Model') -> \"list[tf.keras.layers.Layer]\":\n    return m\n",
        "import keras\n\n\ndef f(m: 'keras.Model') -> \"list[keras.layers.Layer]\":\n    return m\n",
    ),
    "string annotation beside others": (
        "import tensorflow as tf\n\n\ndef f(m: 'tf.keras.Model | tf.Tensor', n: 'tf.Tensor'):\n    return m\n",
        "import tensorflow as tf\nimport keras\n\n\n"
        "def f(m: 'keras.Model | tf.Tensor', n: 'tf.Tensor'):\n    return m\n",
    ),
}
MOVES |= {
    "string annotations of private paths": (
        "from keras import layers\nfrom keras.engine.topology import Container\n\n\n"
        "def f(a: 'layers.core.Dense', b: 'layers.Dense', c: 'Container'):\n    return a\n",
        "from keras import layers\nfrom keras import Model as Container\n\n\n"
        "def f(a: 'layers.Dense', b: 'layers.Dense', c: 'Container'):\n    return a\n",
    ),
    "a method of a class": (
        "import tensorflow as tf\n\nf = tf.keras.layers.Dense.from_config\n",
        "import keras\n\nf = keras.layers.Dense.from_config\n",
    ),
    "two stars": (
        "from mine import *\nfrom tensorflow.keras.layers.core import *\n\nd = Dense(1), Mine(2)\n",
        "from mine import *\nfrom keras.layers import *\n\nd = Dense(1), Mine(2)\n",
    ),
    "a name for itself": (
        "import tensorflow as tf\nkeras = tf.keras\nkeras = keras\nm = keras.Sequential()\n",
        "import keras\nkeras = keras\nm = keras.Sequential()\n",
    ),
    "two names in one assignment": (
        "import tensorflow as tf\n\na = b = tf.keras\nm = a.Sequential(), b.Model, tf.data\n",
        "import tensorflow as tf\nimport keras\n\na = b = keras\nm = a.Sequential(), b.Model, tf.data\n",
    ),
    "an attribute that is assigned": (
        "import tensorflow as tf\n\nmine.keras = tf.keras\nd = tf.data\n",
        "import tensorflow as tf\nimport keras\n\nmine.keras = keras\nd = tf.data\n",
    ),
    "another name beside a symbol that keeps its own": (
        "from tensorflow.keras.losses import logcosh as lc, poisson\nl = [lc, poisson]\n",
        "from keras.losses import log_cosh as lc, poisson\nl = [lc, poisson]\n",
    ),
    "a module that one of two stars brings": (
        "from tensorflow.keras.layers import *\nfrom tensorflow.keras import *\nd = layers.core.Dense(1)\n",
        "from keras.layers import *\nimport keras\nfrom keras import *\nd = keras.layers.Dense(1)\n",
    ),
    "another name for a symbol that has a new one": (
        "from tensorflow.keras.losses import logcosh as lc\nl = [lc]\n",
        "from keras.losses import log_cosh as lc\nl = [lc]\n",
    ),
    "a symbol with a new name that the file hands on": (
        "from tensorflow.keras.losses import logcosh\n\n__all__ = ['logcosh']\nl = [logcosh]\n",
        "from keras.losses import log_cosh as logcosh\n\n__all__ = ['logcosh']\nl = [logcosh]\n",
    ),
}
NOOPS = {
    "an import of a module": "import keras.layers\n\nd = keras.layers.Dense(1)\n",
    "string annotations that stay": (
        "import keras\nimport tensorflow as tf\n\n\ndef f(a: 'keras.Model', b: 'tf.Tensor', c: 'list of keras'):\n"
        "    return a\n"
    ),
    "Keras 3": "import keras\nfrom keras import layers, ops\n\nm = keras.Sequential([layers.Dense(1)]), ops.sum\n",
    "tf_keras": "import tf_keras\nfrom tf_keras import layers\n\nm = tf_keras.Sequential([layers.Dense(1)])\n",
    "tf_keras as keras": "import tensorflow as tf\nimport tf_keras as keras\n\nm = keras.layers.LSTM(1), tf.data\n",
    "both versions by try": (
        "try:\n    from tensorflow import keras\nexcept ImportError:\n"
        "    import keras\nm = keras.Sequential()\n"
    ),
    "both versions by name error": (
        "import keras\n\ntry:\n    s = keras.utils.PyDataset\nexcept AttributeError:\n    s = keras.utils.Sequence\n"
    ),
    "version test": (
        "import tensorflow as tf\n\nif tf.__version__ < '2.16':\n    m = tf.keras.Sequential()\nelse:\n    m = None\n"
    ),
    "tf as a local name": "import tensorflow as tf\n\ndef f(tf):\n    return tf.keras.Sequential()\n\nx = tf.data\n",
    "another package of the name": "from mylib import keras\n\nm = keras.layers.Dense(1)\n",
    "text": 'import os  # tensorflow.keras\n\nTEXT = "tf.keras.Sequential"\n',
    "shadowed later": "from mylib import tf\n\nm = tf.keras.Sequential()\n",
    "suppressed": "import tensorflow as tf\nm = tf.keras.Sequential()  # keras-migrate: ignore[IMP001]\n",
    "suppressed file": "# keras-migrate: skip-file\nfrom tensorflow import keras\nm = keras.Sequential()\n",
}


@pytest.mark.parametrize("case", MOVES)
def test_moves_to_keras(case: str) -> None:
    before, after = MOVES[case]
    check_transformed(before, after)


@pytest.mark.parametrize("case", NOOPS)
def test_leaves_alone(case: str) -> None:
    check_noop(NOOPS[case], codes=())


@pytest.mark.parametrize("annotation", ["'Größe[tf.keras.Model]'", "'dict[str,\\n tf.keras.Model]'"])
def test_string_annotations_whose_columns_are_no_characters_stay(annotation: str) -> None:
    check_noop(f"import tensorflow as tf\n\n\ndef f(a: {annotation}) -> tf.Tensor:\n    return a\n", codes=())


def test_the_name_of_a_module_stays_where_tf_keras_is_the_destination() -> None:
    check_noop(
        "import tensorflow as tf\n\nkeras = tf.keras\nm = keras.Sequential()\n", codes=(), target="tf.keras"
    )


def test_what_tf_keras_never_had_is_not_led_to_tensorflow() -> None:
    outcome = run("import keras\nx = keras.ops.sum(y), keras.Model\n", target="tf_keras")
    assert "tensorflow" not in outcome.text


@pytest.mark.parametrize("name", ["nowhere.Dense", "layers.Nowhere"])
def test_a_name_that_nobody_knows_stays_where_it_was(name: str) -> None:
    check_noop(f"import tensorflow as tf\n\nd = tf.keras.{name}\n", codes=("IMP010",))


def test_imports_in_branches() -> None:
    """What is added must be there whatever branch ran."""
    check_transformed(
        """\
        if TF:
            from tensorflow.keras import backend as K
        else:
            from keras import backend as K


        def loss(y_true, y_pred):
            return K.flatten(y_true)
        """,
        """\
        from keras import ops
        if TF:
            from keras import backend as K
        else:
            from keras import backend as K


        def loss(y_true, y_pred):
            return ops.reshape(y_true, (-1,))
        """,
    )


def test_dunder_names_of_the_package_exist() -> None:
    check_noop("import keras\nv = keras.__version__.split('.'), keras.__name__\n", codes=())
    check_noop("from keras import __version__ as KERAS_VERSION\nv = KERAS_VERSION\n", codes=())


def test_a_rule_speaks_before_the_general_ones() -> None:
    outcome = run(
        "from keras import backend as K\n\n\ndef loss(y_true, y_pred):\n    return K.flatten(y_true)\n"
    )
    assert "IMP010" not in {finding.code for finding in outcome.findings}


def test_tf_keras_3_is_the_smallest_change() -> None:
    check_noop("import tensorflow as tf\nm = tf.keras.Sequential()\n", codes=(), target="tf.keras")
    check_transformed(
        "import keras\nfrom keras.layers import Dense\nm = keras.Sequential([Dense(1)])\n",
        "from tensorflow import keras\nfrom tensorflow.keras.layers import Dense\nm = keras.Sequential([Dense(1)])\n",
        target="tf.keras",
    )


def test_tf_keras_2_stays() -> None:
    check_transformed(
        "import tensorflow as tf\nfrom tensorflow import keras\nm = tf.keras.Sequential([keras.layers.LSTM(1)])\n",
        "import tf_keras as keras\nm = keras.Sequential([keras.layers.LSTM(1)])\n",
        target="tf_keras",
    )


def test_name_that_only_tf_keras_has() -> None:
    outcome = check_transformed(
        "from keras.preprocessing.text import Tokenizer\nt = Tokenizer()\n",
        "from tensorflow.keras.preprocessing.text import Tokenizer\nt = Tokenizer()\n",
        select=("IMP",),
    )
    assert {finding.code for finding in outcome.findings} == {"IMP003"}
    left = [finding for finding in outcome.findings if not finding.applied]
    again = run(outcome.text, select=("IMP",)).findings
    assert left
    assert len(again) == len(left)


def test_package_init_keeps_what_it_exports() -> None:
    check_transformed(
        "from tensorflow.keras.layers import Dense\n__all__ = ['Dense']\n",
        "from keras.layers import Dense\n__all__ = ['Dense']\n",
        path="__init__.py",
    )
    outcome = run("import tensorflow as tf\nx = tf.keras.Model\n", path="__init__.py")
    assert outcome.text == "import tensorflow as tf\nimport keras\nx = keras.Model\n"


def test_unused_import_of_the_author_is_not_ours_to_remove() -> None:
    check_transformed(
        "import tensorflow as tf\nfrom tensorflow.keras import layers\nm = layers.Dense(1)\n",
        "import tensorflow as tf\nfrom keras import layers\nm = layers.Dense(1)\n",
    )


def test_unknown_module_under_another_name_is_a_finding() -> None:
    check_noop("import keras.engine.saving_utils as s\n", codes=("IMP010",))


def test_unknown_name_and_argument_are_findings() -> None:
    check_noop(
        "from keras.layers import MaxoutDense\nm = MaxoutDense(1)\n",
        codes=("IMP010", "IMP010"),
        select=("IMP",),
    )
    outcome = check_noop(
        "import keras\nm = keras.layers.Dense(4, rank=2)\n", codes=("IMP011",), select=("IMP",)
    )
    assert outcome.findings[0].argument == "rank"


def test_second_binding_of_a_name_stops_the_rewrite_of_uses() -> None:
    check_noop(
        "import mylib as tf\n\ndef f():\n    import tensorflow as tf2\n    return tf.keras.Model, tf2.data\n",
        codes=(),
    )


def test_a_new_import_that_two_old_ones_ask_for_stands_once() -> None:
    check_transformed(
        "import tensorflow as tf\nfrom tensorflow.keras import backend as K\n"
        "from tensorflow.keras import initializers\n"
        "from tensorflow.keras.layers import Layer\nfrom mine import ops\n\n\nclass A(Layer):\n"
        "    def call(self, x):\n        return ops.f(tf.reduce_sum(K.sum(x))), initializers.get('zeros')\n",
        "import keras\nfrom keras import initializers\nfrom keras.layers import Layer\nfrom mine import ops\n\n\n"
        "class A(Layer):\n    def call(self, x):\n"
        "        return ops.f(keras.ops.sum(keras.ops.sum(x))), initializers.get('zeros')\n",
    )


def test_parentheses_only_where_they_are_needed() -> None:
    check_transformed(
        "import tensorflow as tf\nfrom keras import backend as K\nfrom keras.layers import Layer\n\n\nclass A(Layer):\n"
        "    def call(self, inputs, mask=None):\n        x, y = inputs\n        if mask is not None:\n"
        "            x = x * mask[0]\n"
        "        assert K.ndim(x) == 2 and not K.is_sparse(x)\n        return x, tf.data\n",
        "import tensorflow as tf\nfrom keras.layers import Layer\n\n\nclass A(Layer):\n"
        "    def call(self, inputs, mask=None):\n"
        "        if isinstance(mask, (list, tuple)) and all(item is None for item in mask):\n"
        "            mask = None\n        x, y = inputs\n        if mask is not None:\n"
        "            x = x * mask[0]\n        assert len(x.shape) == 2 and not isinstance(x, tf.SparseTensor)\n"
        "        return x, tf.data\n",
        unsafe=True,
    )

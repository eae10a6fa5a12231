"""The mistakes other tools made: hidden arguments, comments, implicit concatenation, aliases, precedence, order.

After the list of fixes in the changelog of django-upgrade 1.32.0: each is a way to change meaning unnoticed.
"""

from __future__ import annotations

from codemods.testing import check_noop, check_transformed, run


def test_comments_among_arguments_stay() -> None:
    check_transformed(
        """\
        import keras
        opt = keras.optimizers.Adam(
            lr=0.1,  # high, because of the warm-up
            # the old default
            beta_1=0.9,
        )
        """,
        """\
        import keras
        opt = keras.optimizers.Adam(
            learning_rate=0.1,  # high, because of the warm-up
            # the old default
            beta_1=0.9,
        )
        """,
    )


def test_comments_in_a_backend_call_stay() -> None:
    check_transformed(
        """\
        from keras import backend as K
        y = K.mean(
            x,  # (batch, time)
            axis=-1,
        )
        """,
        """\
        from keras import ops
        y = ops.mean(
            x,  # (batch, time)
            axis=-1,
        )
        """,
    )


def test_a_trailing_comma_is_neither_lost_nor_doubled() -> None:
    check_transformed(
        "import keras\nlayer = keras.layers.Embedding(10, 4, input_length=3,)\n",
        "import keras\nlayer = keras.layers.Embedding(10, 4,)\n",
    )
    check_transformed(
        "import keras\npool = keras.layers.AveragePooling2D(strides=1,)\n",
        "import keras\npool = keras.layers.AveragePooling2D(strides=1, pool_size=(2, 2),)\n",
    )


def test_the_only_argument_is_dropped() -> None:
    check_transformed(
        "import keras\nlayer = keras.layers.BatchNormalization(fused=True)\n",
        "import keras\nlayer = keras.layers.BatchNormalization()\n",
    )


def test_implicit_concatenation_of_a_path_is_written_anew() -> None:
    check_transformed(
        "import keras\nmodel = keras.Sequential()\nmodel.save_weights('weights' '.h5')\n",
        "import keras\nmodel = keras.Sequential()\nmodel.save_weights('weights.weights.h5')\n",
    )


def test_parentheses_around_an_argument_stay() -> None:
    check_transformed(
        "import keras\nopt = keras.optimizers.Adam(lr=(0.1 * 2))\n",
        "import keras\nopt = keras.optimizers.Adam(learning_rate=(0.1 * 2))\n",
    )


def test_precedence_in_templates() -> None:
    check_transformed(
        "from keras import backend as K\ny = K.hard_sigmoid(a + b) ** 2\nn = -K.ndim(x)\n",
        "from keras import ops\ny = ops.clip(0.2 * (a + b) + 0.5, 0.0, 1.0) ** 2\nn = -len(x.shape)\n",
    )


def test_precedence_of_squared_difference() -> None:
    check_transformed(
        "import tensorflow as tf\nimport keras\n\n\ndef loss(y_true, y_pred):\n"
        "    return tf.math.squared_difference(y_true - 1, y_pred or 2)\n",
        "import keras\n\n\ndef loss(y_true, y_pred):\n    return keras.ops.square((y_true - 1) - (y_pred or 2))\n",
    )


def test_several_statements_on_a_line() -> None:
    check_transformed(
        "import keras; opt = keras.optimizers.SGD(lr=0.1); print(opt.lr)\n",
        "import keras; opt = keras.optimizers.SGD(learning_rate=0.1); print(opt.learning_rate)\n",
    )


def test_aliases_are_kept() -> None:
    check_transformed(
        "from tensorflow.keras import layers as L, optimizers as O\nx = L.LeakyReLU(alpha=0.1)\no = O.Adam(lr=1)\n",
        "from keras import layers as L, optimizers as O\nx = L.LeakyReLU(negative_slope=0.1)\n"
        "o = O.Adam(learning_rate=1)\n",
    )


def test_a_bare_reference_becomes_one() -> None:
    check_transformed(
        "from keras import backend as K\nfrom keras.layers import Lambda\nlayer = Lambda(K.abs)\n",
        "from keras import ops\nfrom keras.layers import Lambda\nlayer = Lambda(ops.abs)\n",
    )


def test_a_bare_reference_with_other_defaults_is_a_finding() -> None:
    outcome = run(
        "from keras import backend as K\nfrom keras.layers import Lambda\nlayer = Lambda(K.argmax)\n"
    )
    assert "ops.argmax" not in outcome.text
    assert "BKD003" in {finding.code for finding in outcome.findings}


def test_nested_calls_are_rewritten_inside_out() -> None:
    check_transformed(
        "from keras import backend as K\ny = K.mean(K.square(K.abs(x) - K.cast(K.argmax(z), 'float32')))\n",
        "from keras import ops\ny = ops.mean(ops.square(ops.abs(x) - ops.cast(ops.argmax(z, axis=-1), 'float32')))\n",
    )


def test_keyword_names_of_the_old_function() -> None:
    check_transformed(
        "from keras import backend as K\ny = K.permute_dimensions(x=a, pattern=(1, 0))\nz = K.pow(x=a, a=2)\n",
        "from keras import ops\ny = ops.transpose(x=a, axes=(1, 0))\nz = ops.power(x1=a, x2=2)\n",
    )


def test_a_dropped_name() -> None:
    check_transformed(
        "import tensorflow as tf\nimport keras\n\n\ndef loss(y_true, y_pred):\n"
        "    return tf.reduce_mean(y_true, name='mean', axis=1)\n",
        "import keras\n\n\ndef loss(y_true, y_pred):\n    return keras.ops.mean(y_true, axis=1)\n",
    )


def test_a_default_that_is_given_is_not_written_again() -> None:
    check_transformed(
        "from keras import backend as K\na = K.argmax(x, 1)\nb = K.concatenate([x, y], axis=0)\n",
        "from keras import ops\na = ops.argmax(x, axis=1)\nb = ops.concatenate([x, y], axis=0)\n",
    )


def test_positional_names_in_their_order() -> None:
    check_transformed(
        "from tensorflow import keras\nx = keras.Input((8,), 2, 'x', 'int32')\n",
        "import keras\nx = keras.Input((8,), 2, name='x', dtype='int32')\n",
    )


def test_a_reduction_inside_a_conditional_expression() -> None:
    check_transformed(
        "from tensorflow.keras.losses import Huber, Reduction\n"
        "loss = Huber(reduction=Reduction.NONE if flat else Reduction.SUM)\n",
        "from keras.losses import Huber\nloss = Huber(reduction='none' if flat else 'sum')\n",
    )


def test_hidden_arguments_of_the_backend_stay_with_tensorflow() -> None:
    outcome = check_transformed(
        "from keras import backend as K\ny = K.mean(x, **options)\n",
        "import tensorflow as tf\ny = tf.keras.backend.mean(x, **options)\n",
    )
    assert "BKD003" in {finding.code for finding in outcome.findings}


def test_reset_states_in_a_one_line_body() -> None:
    check_transformed(
        "import keras\nmodel = keras.Sequential()\nif ready:\n    model.reset_states()\n",
        "import keras\nmodel = keras.Sequential()\nif ready:\n    for layer in model.layers:\n"
        "        if hasattr(layer, 'reset_states'):\n            layer.reset_states()\n",
    )


def test_learning_rate_set_through_the_backend() -> None:
    check_transformed(
        "import keras\nfrom keras import backend as K\n\nmodel = keras.Sequential()\n"
        "K.set_value(model.optimizer.lr, K.get_value(model.optimizer.lr) * 0.5)\n",
        "import keras\n\nmodel = keras.Sequential()\n"
        "model.optimizer.learning_rate = keras.ops.convert_to_numpy(model.optimizer.learning_rate) * 0.5\n",
        unsafe=True,
    )


def test_hard_sigmoid_is_defined_once_and_before_its_use() -> None:
    outcome = check_transformed(
        "from tensorflow import keras\n\na = keras.layers.LSTM(2, recurrent_activation='hard_sigmoid')\n"
        "b = keras.layers.GRU(2, recurrent_activation='hard_sigmoid')\n",
        "import keras\n\n\n@keras.saving.register_keras_serializable(package='keras2')\n"
        "def legacy_hard_sigmoid(x):\n"
        "    # the hard_sigmoid of Keras 2; Keras 3 computes relu6(x + 3) / 6\n"
        "    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)\n\n\n"
        "a = keras.layers.LSTM(2, recurrent_activation=legacy_hard_sigmoid)\n"
        "b = keras.layers.GRU(2, recurrent_activation=legacy_hard_sigmoid)\n",
        unsafe=True,
    )
    assert "LAY105" in {finding.code for finding in outcome.findings}


def test_a_class_body_is_never_left_empty() -> None:
    check_transformed(
        "import keras\n\n\nclass D(keras.utils.Sequence):\n    def __init__(self):\n        pass\n",
        "import keras\n\n\nclass D(keras.utils.Sequence):\n    def __init__(self):\n"
        "        super().__init__()\n        pass\n",
    )


def test_a_docstring_stays_first() -> None:
    check_transformed(
        'import keras\n\n\nclass D(keras.utils.Sequence):\n    def __init__(self, n):\n        """Make it."""\n'
        "        self.n = n\n",
        'import keras\n\n\nclass D(keras.utils.Sequence):\n    def __init__(self, n):\n        """Make it."""\n'
        "        super().__init__()\n        self.n = n\n",
    )


def test_the_targets_differ() -> None:
    before = "from tensorflow import keras\nlayer = keras.layers.ThresholdedReLU(theta=0.5)\n"
    check_noop(before, target="tf.keras")
    check_transformed(before, "import keras\nlayer = keras.layers.ReLU(threshold=0.5)\n", target="keras")


def test_versions_decide() -> None:
    text = "import keras\nlayer = keras.layers.BatchNormalization(renorm=True)\n"
    check_noop(text, version="3.15.1", codes=())
    outcome = check_noop(text, version="3.12.0")
    assert "LAY004" in {finding.code for finding in outcome.findings}


def test_weights_files_follow_their_writer_only() -> None:
    check_transformed(
        "import keras\nmodel = keras.Sequential()\nmodel.load_weights('pretrained.h5')\n"
        "model.save_weights('mine.h5')\nmodel.load_weights('mine.h5')\n",
        "import keras\nmodel = keras.Sequential()\nmodel.load_weights('pretrained.h5')\n"
        "model.save_weights('mine.weights.h5')\nmodel.load_weights('mine.weights.h5')\n",
    )

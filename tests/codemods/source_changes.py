"""The 152 known changes between Keras 2 and Keras 3 as minimal snippets, and what the tool says of each.

`CHANGES` gives by number: snippets with the codes that must be among the findings. `UNCHANGED` gives the numbers that
no rule speaks of, with the code that stays without a finding; the reasons stand in ``scripts/changes.tsv``. The
numbers are those of ``docs/rules/changes.md``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Snippet:
    """Code, the codes that must be found in it, and the destination version.

    Attributes:
        codes: separated by spaces.
        head: imports that stand above the text.
    """

    codes: str
    text: str
    version: str = "3.15.1"
    head: str = "import tensorflow as tf\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n"


def _s(codes: str, text: str, version: str = "3.15.1") -> Snippet:
    return Snippet(codes, text, version)


def _bare(codes: str, text: str) -> Snippet:
    return Snippet(codes, text, head="")


def _layer(codes: str, body: str, version: str = "3.15.1") -> Snippet:
    return _s(codes, "class L(layers.Layer):\n" + _indented(body), version)


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


_MODEL = "m = keras.Sequential([layers.Dense(1)])\n"

CHANGES: dict[int, tuple[Snippet, ...]] = {
    # Imports and namespaces
    1: (_bare("IMP001", "from tensorflow import keras\nm = keras.Sequential()\n"),),
    2: (_bare("IMP001", "from tensorflow.keras import layers\nd = layers.Dense(1)\n"),),
    3: (
        _bare("IMP001", "import tensorflow as tf\nd = tf.keras.layers.Dense(1)\n"),
        _bare("API003", "import tensorflow as tf\nd = tf.keras.preprocessing.text.Tokenizer()\n"),
    ),
    4: (
        _bare("IMP001", "import tensorflow.keras as K\nd = K.layers.Dense(1)\n"),
        _bare("BKD001", "import tensorflow.keras.backend as K\ny = K.mean(x)\n"),
    ),
    5: (
        _bare("IMP001", "from tensorflow.python.keras.layers import Dense\nd = Dense(1)\n"),
        _bare("IMP002", "from keras.layers.core import Dense\nd = Dense(1)\n"),
        _bare("IMP002", "from keras.engine import Layer\nL = Layer\n"),
        _bare("IMP002", "from keras.utils import np_utils\ny = np_utils.to_categorical(x)\n"),
        _bare("API001", "from keras.layers.core import MaxoutDense\nd = MaxoutDense(3)\n"),
        _bare(
            "API002", "from keras.utils.conv_utils import normalize_tuple\nn = normalize_tuple(1, 2, 'x')\n"
        ),
        _bare("IMP002", "from keras.src.engine import base_layer\nb = base_layer.Layer\n"),
    ),
    6: (
        _bare("IMP001", "import tensorflow as tf\nd = tf.compat.v1.keras.layers.Dense(1)\n"),
        _bare("ECO002", "import tensorflow as tf\nd = tf.compat.v1.keras.layers.LocallyConnected1D(1, 2)\n"),
        _bare("BKD003", "import tensorflow as tf\nd = tf.compat.v1.keras.backend.get_session()\n"),
    ),
    7: (
        _bare("ECO001", "import keras_applications\n"),
        _bare("ECO001", "from keras_preprocessing.image import load_img\n"),
        _bare("ECO001", "from keras_contrib.layers import InstanceNormalization\n"),
        _bare("ECO001", "import tensorflow_addons as tfa\no = tfa.optimizers.AdamW(1e-4)\n"),
    ),
    8: (
        _bare("API001", "from keras.wrappers.scikit_learn import KerasClassifier\nc = KerasClassifier(f)\n"),
    ),
    9: (
        _s("API005", "e = keras.estimator.model_to_estimator(m)\n"),
        _s("ECO002", "m = keras.experimental.LinearModel()\n"),
        _s("API001", "m = keras.dtensor.experimental.LayoutMap()\n"),
        _s("API001", "x = keras.__internal__.models.clone_and_build_model(m)\n"),
    ),
    10: (_bare("ENV001", "import os\nos.environ['TF_USE_LEGACY_KERAS'] = '1'\nimport keras\n"),),
    11: (_bare("ENV002", "import os\nimport keras\nos.environ['KERAS_BACKEND'] = 'jax'\n"),),
    # Layers: constructor arguments
    13: (_s("LAY101", "m = keras.Sequential([layers.Dense(4, batch_input_shape=(None, 2))])\n"),),
    14: (_s("LAY004", "d = layers.Dense(4, weights=[w, b])\n"),),
    15: (_s("LAY004", "e = layers.Embedding(4, 2, weights=[w])\n", "3.2.1"),),
    16: (_s("LAY003", "e = layers.Embedding(4, 2, input_length=7)\n"),),
    17: (_s("LAY004", "e = layers.Embedding(4, 2, sparse=True)\n"),),
    18: (_s("LAY002", "i = layers.InputLayer(input_shape=(3,))\n"),),
    19: (_s("LAY001", "i = keras.Input((3,), None, 'image', 'float32', True)\n"),),
    20: (_s("LAY004", "i = keras.Input(type_spec=s)\n"),),
    21: (_s("LAY004", "i = keras.Input((None,), ragged=True)\n", "3.8.0"),),
    22: (
        _s("LAY003", "b = layers.BatchNormalization(fused=True)\n"),
        _s("LAY004", "b = layers.BatchNormalization(virtual_batch_size=4)\n"),
        _s("LAY004", "b = layers.BatchNormalization(adjustment=f)\n"),
    ),
    23: (
        _s("LAY003", "b = layers.BatchNormalization(renorm=False)\n", "3.12.0"),
        _s("LAY004", "b = layers.BatchNormalization(renorm=True)\n", "3.12.0"),
    ),
    24: (_s("LAY102", "b = layers.experimental.SyncBatchNormalization()\n"),),
    25: (
        _s("LAY124", "r = layers.LSTM(3, time_major=True)\n"),
        _s("LAY003", "r = layers.LSTM(3, time_major=False)\n"),
    ),
    26: (_s("LAY003", "r = layers.LSTM(4, implementation=2)\n"),),
    27: (
        _s("LAY104", "r = tf.compat.v1.keras.layers.CuDNNLSTM(3)\n"),
        _bare("LAY104", "from keras.layers import CuDNNGRU\nr = CuDNNGRU(3)\n"),
    ),
    28: (_s("LAY107", "r = layers.RNN(cell)\ny = r(x, constants=[c])\n"),),
    29: (
        _s("LAY112", "r = layers.LSTM(3)\ny = r.call(x, mask)\n"),
        _s(
            "LAY112",
            "class R(layers.GRU):\n    def call(self, x, mask=None):\n        return super().call(x, mask)\n",
        ),
    ),
    30: (_s("LAY107", "r = layers.LSTM(3, stateful=True)\nr.reset_states([a, b])\n"),),
    31: (
        _layer(
            "CUS029",
            "state_size = 3\ndef call(self, x, states):\n    return x, states\n"
            "def get_initial_state(self, inputs=None, batch_size=None, dtype=None):\n"
            "    return tf.zeros((batch_size, 3))\n",
        ),
    ),
    32: (_s("LAY002", "a = layers.LeakyReLU(alpha=0.2)\n"),),
    33: (_s("LAY002", "y = keras.activations.relu(x, alpha=0.2)\n"),),
    34: (_s("LAY103", "a = layers.ThresholdedReLU(theta=0.5)\n"),),
    35: (
        _s("ECO002", "c = layers.LocallyConnected1D(4, 3)\n"),
        _s("ECO002", "c = layers.LocallyConnected2D(4, 3)\n"),
        _s("ECO002", "c = layers.DenseFeatures(f)\n"),
        _s("ECO002", "c = layers.experimental.RandomFourierFeatures(4)\n"),
        _s("API006", "class C(layers.AbstractRNNCell):\n    pass\n"),
    ),
    36: (_s("API003", "r = layers.RandomHeight(0.2)\n"), _s("API003", "r = layers.RandomWidth(0.2)\n")),
    37: (
        _s("IMP001", "r = layers.experimental.preprocessing.Rescaling(1 / 255)\n"),
        _s("IMP001", "r = layers.experimental.EinsumDense('ab,bc->ac', 3)\n"),
    ),
    39: (_s("LAY001", "a = layers.MultiHeadAttention(2, 3, None, 0.0, True, None, None, 'zeros')\n"),),
    40: (
        _s("LAY105", "c = layers.ConvLSTM2D(3, 2)\n"),
        _s("LAY001", f"c = layers.ConvLSTM2D(3, 2, {', '.join('abcdefghijklmnopqrstu')})\n"),
    ),
    41: (_s("LAY001", "c = layers.Conv3DTranspose(3, 2, 1, 'same', None, 'channels_last')\n"),),
    42: (
        _s("LAY003", "s = layers.Softmax(-1, robust_masking=False)\n"),
        _s("LAY106", "y = layers.dot([a, b], 1, True)\n"),
        _s("LAY001", "s = layers.StringLookup(None, 1, None, 'x', v, None, 'utf-8', True)\n"),
        _s("LAY001", "r = layers.RandomContrast(0.2, 3)\n"),
    ),
    43: (
        _s("DAT001", "m = keras.applications.ConvNeXtTiny('x', True)\n"),
        _s("DAT002", "m = keras.applications.ConvNeXtTiny(model_name='x')\n"),
    ),
    44: (
        _s("API001", "m = keras.applications.RegNetX002()\n"),
        _s("API001", "m = keras.applications.resnet_rs.ResNetRS50()\n"),
    ),
    45: (
        _s("LAY004", "d = layers.Dense(3, dynamic=True)\n"),
        _s("LAY003", "d = layers.Dense(3, dynamic=False)\n"),
        _layer("CUS017", "def __init__(self):\n    super().__init__(dynamic=True)\n"),
    ),
    46: (_layer("CUS009", "def __init__(self):\n    super().__init__(True, 'name')\n"),),
    47: (_s("LAY108", "d = layers.Dense(3, name='a/b')\n"),),
    48: (_s("CUS015", "d = layers.Dense(3)\nd._name = 'other'\n"),),
    # Custom layers and models
    50: (_layer("CUS001", "def build(self, s):\n    self.w = self.add_weight('w', (3,))\n"),),
    51: (
        _layer(
            "CUS002",
            "def build(self, s):\n    self.w = self.add_weight(name='w', shape=(3,), use_resource=True)\n",
        ),
        _layer(
            "CUS002",
            "def build(self, s):\n    self.w = self.add_weight(name='w', shape=(3,), partitioner=None)\n",
        ),
        _layer(
            "CUS002",
            "def build(self, s):\n    self.w = self.add_weight(name='w', shape=(3,), synchronization=s)\n",
        ),
    ),
    52: (_layer("CUS003", "def build(self, s):\n    self.w = self.add_variable('w', (3,))\n"),),
    53: (_layer("CUS006", "def build(self, s):\n    self.w = tf.Variable(tf.zeros((3,)))\n"),),
    54: (_layer("CUS022", "def call(self, x):\n    return x if isinstance(self.w, tf.Variable) else -x\n"),),
    55: (
        _layer("CUS004", "def build(self, s):\n    self.n = s.as_list()[-1]\n"),
        _layer("CUS005", "def compute_output_shape(self, s):\n    return tf.TensorShape([s[0], 3])\n"),
    ),
    56: (
        _s("CUS004", "x = keras.Input((3,))\nn = x.shape.as_list()\n"),
        _s("BKD001", "x = keras.Input((3,))\nn = keras.backend.int_shape(x)\n"),
    ),
    57: (
        _s("OPS001", "x = keras.Input((3,))\ny = tf.reduce_sum(x, axis=1)\n"),
        _s("OPS002", "x = keras.Input((3,))\ny = tf.argmax(x)\n"),
        _s("OPS003", "x = keras.Input((3,))\ny = tf.where(x)\n"),
        _s("OPS004", "x = keras.Input((3,))\ny = tf.strings.length(x)\n"),
        _s("OPS004", "x = keras.Input((3,))\ny = tf.RaggedTensor.from_tensor(x)\n"),
    ),
    58: (
        _layer(
            "CUS030", "def call(self, x):\n    if tf.reduce_sum(x) > 0:\n        return x\n    return -x\n"
        ),
        _layer("CUS030", "def call(self, x):\n    for i in tf.range(3):\n        x = x + 1\n    return x\n"),
        _layer(
            "CUS030", "def call(self, x):\n    while keras.ops.sum(x) > 0:\n        x = x - 1\n    return x\n"
        ),
    ),
    59: (_layer("CUS023", "def call(self, x):\n    self.d = layers.Dense(3)\n    return self.d(x)\n"),),
    60: (
        _layer(
            "CUS028",
            "def call(self, inputs, mask=None):\n    x, y = inputs\n    if mask is not None:\n"
            "        x = x * mask[0]\n    return x\n",
        ),
        _s("LAY114", "y = layers.Dense(3)([x, None])\n", "3.12.0"),
    ),
    61: (_s("LAY113", "a = keras.Input((3,))\nm = keras.Model({'a': {'b': a}}, a)\n", "3.3.3"),),
    62: (
        _s("LAY109", "d = layers.Dense(3)\nn = d.input_shape\n"),
        _s("LAY109", "d = layers.Dense(3)\nn = d.output_shape\n"),
        _s("CUS012", "d = layers.Dense(3)\nd.add_update(u)\n"),
        _s("LAY120", "d = layers.Dense(3)\nn = d.inbound_nodes\n"),
        _s("LAY120", "d = layers.Dense(3)\nn = d.outbound_nodes\n"),
        *(
            _s("LAY110", f"d = layers.Dense(3)\nn = d.{name}\n")
            for name in (
                *("get_input_at(0)", "get_output_at(0)", "get_input_shape_at(0)", "get_output_shape_at(0)"),
                *("get_input_mask_at(0)", "updates"),
                *("stateful", "submodules", "name_scope", "with_name_scope(f)", "dynamic", "input_mask"),
                *("output_mask", "finalize_state()", "compute_output_signature(s)"),
            )
        ),
    ),
    64: (
        _layer("CUS012", "def call(self, x):\n    self.add_metric(x, name='m')\n    return x\n"),
        _s("CUS012", _MODEL + "m.add_metric(x, name='m')\n"),
    ),
    65: (_s("CUS013", "x = keras.Input((3,))\nm = keras.Model(x, x)\nm.add_loss(tf.reduce_sum(x))\n"),),
    66: (_s("LAY111", _MODEL + "n = m.input_names\n"), _s("LAY111", _MODEL + "n = m.output_names\n")),
    69: (_s("LAY110", _MODEL + "n = m.submodules\n"),),
    # Training
    71: (_s("TRN001", _MODEL + "m.compile('adam', 'mse', ['mae'])\n"),),
    72: (
        _s("TRN002", _MODEL + "m.fit(x, y, workers=4)\n"),
        _s("TRN002", _MODEL + "m.evaluate(x, y, use_multiprocessing=True)\n"),
        _s("TRN002", _MODEL + "m.predict(x, max_queue_size=3)\n"),
    ),
    73: (
        _s("TRN003", _MODEL + "m.fit_generator(g, steps_per_epoch=3)\n"),
        _s("TRN003", _MODEL + "m.evaluate_generator(g, 3)\n"),
        _s("TRN003", _MODEL + "m.predict_generator(g, 3)\n"),
        _s("TRN003", _MODEL + "m.fit_generator(g, samples_per_epoch=300, nb_epoch=2)\n"),
    ),
    74: (
        _s("TRN004", _MODEL + "y = m.predict_classes(x)\n"),
        _s("TRN005", _MODEL + "y = m.predict_proba(x)\n"),
    ),
    75: (
        _s("TRN006", _MODEL + "m.train_on_batch(x, y, reset_metrics=False)\n"),
        _s("TRN007", _MODEL + "loss = m.train_on_batch(x, y)\n", "3.12.0"),
    ),
    76: (_s("TRN009", _MODEL + "m.reset_states()\n"),),
    77: (
        _s("TRN010", "a = keras.metrics.Mean()\na.reset_states()\n"),
        _s("CUS010", "class M(keras.metrics.Metric):\n    def reset_states(self):\n        pass\n"),
    ),
    78: tuple(
        _s("TRN011", _MODEL + f"m.compile('adam', 'mse', {name}=None)\n")
        for name in (
            *(
                "sample_weight_mode",
                "experimental_run_tf_function",
                "target_tensors",
                "pss_evaluation_shards",
            ),
            *("options", "distribute"),
        )
    ),
    80: (
        _s(
            "TRN016",
            "class M(keras.Model):\n    def train_step(self, data):\n        x, y = data\n        p = self(x)\n"
            "        loss = self.compiled_loss(y, p)\n        self.compiled_metrics.update_state(y, p)\n"
            "        return {m.name: m.result() for m in self.metrics}\n",
        ),
    ),
    81: (_s("TRN013", "m = keras.Model(x, [a, b])\nm.compile('adam', 'mse', metrics=['mae'])\n"),),
    82: (_s("TRN014", _MODEL + "n = m.metrics_names\n"),),
    83: (_s("TRN021", "m = keras.Model(x, [a, b])\nm.compile('adam', 'mse')\nm.fit(x, y)\n", "3.1.1"),),
    84: (_s("TRN012", _MODEL + "m.compile('adam', 'mse', loss_weights=[2.0])\n"),),
    85: (
        _s(
            "TRN022",
            "m = keras.Model(x, [a, b])\nm.compile('adam', 'mse', loss_weights=[2.0, 1.0])\n",
            "3.6.0",
        ),
    ),
    86: (_s("TRN020", "f = keras.metrics.get('acc')\n"),),
    87: (_s("TRN018", "def g():\n    while True:\n        yield [a, b], c\n\n\n" + _MODEL + "m.fit(g())\n"),),
    89: (
        _s("TRN001", _MODEL + "m.evaluate(x, y, None, 1, None, None, None, 10, 1, False, True)\n"),
        _s("TRN001", _MODEL + "m.train_on_batch(x, y, None, None, True, True)\n"),
    ),
    # Optimizers
    91: (_s("OPZ101", "o = keras.optimizers.Adam(lr=0.1)\n"),),
    92: (_s("OPZ102", "o = keras.optimizers.Adam()\nr = o.lr\n"),),
    93: (_s("OPZ103", "o = keras.optimizers.Adam(decay=1e-4)\n"),),
    94: (_s("OPZ104", "o = keras.optimizers.legacy.Adam()\n"),),
    95: (_s("IMP001", "o = keras.optimizers.experimental.Adam()\n"),),
    96: (
        _s("OPZ106", "o = keras.optimizers.Adam()\no.minimize(f, v)\n"),
        _s("OPZ106", "o = keras.optimizers.Adam()\ng = o.compute_gradients(f, v)\n"),
        _s("OPZ106", "o = keras.optimizers.Adam()\ng = o.aggregate_gradients(f)\n"),
    ),
    97: (_s("OPZ105", "o = keras.optimizers.Adam()\nv = o.variables()\n"),),
    98: (
        _s("OPZ106", "o = keras.optimizers.Adam()\nv = o.get_weights()\n"),
        _s("OPZ106", "o = keras.optimizers.Adam()\no.set_weights(w)\n"),
    ),
    99: (
        _s("BKD001", _MODEL + "keras.backend.set_value(m.optimizer.lr, 0.1)\n"),
        _s("OPZ102", _MODEL + "r = keras.backend.get_value(m.optimizer.lr)\n"),
    ),
    100: (
        _s("OPZ003", "o = keras.optimizers.Adam(jit_compile=True)\n"),
        _s("OPZ107", "o = keras.optimizers.Adam()\no.apply_gradients(g, name='x')\n"),
        _s("OPZ107", "o = keras.optimizers.Adam()\no.apply_gradients(g, skip_gradients_aggregation=True)\n"),
    ),
    102: (
        _s("OPZ005", "o = keras.optimizers.Lion()\n"),
        _s("OPZ005", "o = keras.optimizers.RMSprop(use_ema=True)\n"),
    ),
    103: (
        _s(
            "CUS014", "class O(keras.optimizers.Optimizer):\n    def update_step(self, g, v):\n        pass\n"
        ),
    ),
    104: (
        _s(
            "OPZ110",
            "class O(keras.optimizers.Optimizer):\n    def build(self, v):\n"
            "        self.m = self.add_variable_from_reference(v[0], 'm', 'zeros')\n",
        ),
    ),
    105: (
        _s(
            "OPZ109",
            "o = keras.mixed_precision.LossScaleOptimizer(keras.optimizers.Adam())\n"
            "l = o.get_scaled_loss(x)\n",
        ),
    ),
    106: (_s("OPZ108", "keras.mixed_precision.experimental.set_policy('mixed_float16')\n"),),
    # Losses, metrics, regularizers
    108: (
        _s("IMP002", "f = keras.losses.mse(a, b)\n"),
        _s("IMP002", "f = keras.metrics.kullback_leibler_divergence(a, b)\n"),
    ),
    109: (_s("LSS101", "r = keras.losses.Reduction.NONE\n"),),
    110: (_s("LSS102", "l = keras.losses.MeanSquaredError(reduction='auto')\n"),),
    111: (
        _s(
            "CUS007",
            "class L(keras.losses.Loss):\n    def __init__(self):\n        super().__init__('none')\n",
        ),
    ),
    112: (
        _s(
            "CUS008",
            "class M(keras.metrics.Metric):\n    def __init__(self):\n        super().__init__('m')\n",
        ),
    ),
    113: (
        _s(
            "CUS001",
            "class M(keras.metrics.Metric):\n    def __init__(self):\n        super().__init__()\n"
            "        self.t = self.add_weight('t', initializer='zeros')\n",
        ),
    ),
    114: (_s("LSS005", "m = keras.metrics.KLDivergence()\n"),),
    115: (_s("LSS103", "m = keras.metrics.binary_accuracy(a, b)\n"),),
    116: (
        _s("ECO002", "m = keras.metrics.MeanRelativeError(n)\n"),
        _s("ECO002", "m = keras.metrics.MeanTensor()\n"),
        _s("ECO002", "m = keras.metrics.experimental.PyMetric()\n"),
    ),
    117: (_s("ECO002", "c = keras.constraints.RadialConstraint()\n"),),
    118: (_s("LSS002", "r = keras.regularizers.l2(l=0.1)\n"),),
    119: (
        _s("LSS003", "f = keras.losses.serialize(f, use_legacy_format=True)\n"),
        _s("LAY002", "f = keras.activations.deserialize(name='relu')\n"),
    ),
    120: (
        _s("LAY105", "d = layers.Dense(3, activation='hard_sigmoid')\n"),
        _s("BKD004", "y = keras.backend.hard_sigmoid(x)\n"),
    ),
    # Callbacks, data, utilities
    126: (_s("SAV003", "c = keras.callbacks.ModelCheckpoint('x.h5', save_weights_only=True)\n"),),
    127: (_s("SAV013", "c = keras.callbacks.ModelCheckpoint('x.h5')\n", "3.1.1"),),
    128: (
        _s("CBK005", "c = keras.callbacks.ModelCheckpoint('x.keras', period=3)\n"),
        _s("CBK003", "c = keras.callbacks.ModelCheckpoint('x.keras', options=None)\n"),
    ),
    129: (
        _s("CBK003", "c = keras.callbacks.TensorBoard('x', write_grads=False)\n"),
        _s("CBK003", "c = keras.callbacks.TensorBoard('x', batch_size=3)\n"),
        _s("ECO002", "c = keras.callbacks.BaseLogger()\n"),
        _s("CBK003", "c = keras.callbacks.BackupAndRestore('x', save_before_preemption=False)\n"),
        _s("CBK003", "c = keras.callbacks.ProgbarLogger(count_mode='steps')\n"),
        _s("IMP002", "c = keras.callbacks.experimental.BackupAndRestore('x')\n"),
    ),
    130: (_s("CBK002", "c = keras.callbacks.LambdaCallback(on_batch_end=f)\n"),),
    131: (_s("CUS026", _MODEL + "c = keras.callbacks.EarlyStopping()\nc.model = m\n"),),
    132: (_s("TRN015", _MODEL + "h = m.fit(x, y)\nr = h.history['lr']\n"),),
    134: (_s("CUS027", "class S(keras.utils.Sequence):\n    def __init__(self, x):\n        self.x = x\n"),),
    135: (
        _s("API001", "e = keras.utils.OrderedEnqueuer(s)\n"),
        _s("API001", "e = keras.utils.GeneratorEnqueuer(s)\n"),
        _s("API001", "e = keras.utils.SequenceEnqueuer(s)\n"),
        _s("ECO002", "e = keras.utils.experimental.DatasetCreator(s)\n"),
        _s("API001", "e = keras.utils.to_ordinal(s)\n"),
        _s("API001", "e = keras.utils.warmstart_embedding_matrix(a, b, c, d)\n"),
        _s("API001", "e = keras.utils.multi_gpu_model(m, 2)\n"),
    ),
    136: (
        _s("DAT002", "y = keras.utils.to_categorical(y=y)\n"),
        _s("DAT101", "y = keras.utils.to_categorical(y, 3, 'int32')\n"),
    ),
    137: (
        _s("DAT102", "i = keras.utils.load_img(p, grayscale=True)\n"),
        _s("DAT104", "i = keras.utils.load_img(p, False, 'rgb')\n"),
    ),
    139: (
        _s("API003", "g = keras.preprocessing.image.ImageDataGenerator()\n"),
        _s("API003", "g = keras.preprocessing.sequence.TimeseriesGenerator(a, b, 3)\n"),
        _s("API003", "g = keras.preprocessing.text.Tokenizer()\n"),
        _s("API003", "g = keras.preprocessing.sequence.make_sampling_table(3)\n"),
        _s("API003", "g = keras.preprocessing.sequence.skipgrams(s, 3)\n"),
    ),
    140: (
        _s("DAT103", "n = layers.Normalization()\nn.adapt(x, batch_size=3)\n"),
        _s("DAT103", "n = layers.Normalization()\nn.adapt(x, steps=3)\n"),
        _s("LAY110", "n = layers.Normalization()\nf = n.make_adapt_function()\n"),
        _s("LAY110", "n = layers.Normalization()\nf = n.is_adapted\n"),
    ),
    141: (
        _s("DAT003", "d = keras.datasets.cifar10.load_data(cache_dir=None)\n"),
        _s("DAT004", "d = keras.datasets.cifar10.load_data(cache_dir='x')\n"),
    ),
    142: (
        _s("SAV001", "keras.models.save_model(m, 'folder', save_format='tf')\n"),
        _s("SAV002", "keras.models.save_model(m, 'x.h5', save_format='h5')\n"),
        _s("SAV006", "m = keras.models.model_from_config(c)\n"),
        _s("SAV006", "m = keras.models.model_from_yaml(c)\n"),
        _s("SAV006", _MODEL + "c = m.to_yaml()\n"),
        _s("ECO002", "m = keras.models.experimental.SharpnessAwareMinimization(m)\n"),
    ),
    # Saving and export
    143: (_s("SAV001", _MODEL + "m.save('folder')\n"),),
    144: (
        _s("SAV001", _MODEL + "m.save('folder', save_format='tf')\n"),
        _s("SAV002", _MODEL + "m.save('x.h5', save_format='h5')\n"),
    ),
    145: (_s("SAV004", "m = keras.models.load_model('saved_model_dir')\n"),),
    146: (
        _s("SAV003", _MODEL + "m.save_weights('x.h5')\n"),
        _s("SAV003", _MODEL + "m.save_weights('ckpt')\n"),
        _s("SAV003", _MODEL + "m.save_weights(folder + '/best.h5')\n"),
    ),
    147: (
        _s("SAV010", _MODEL + "m.load_weights('x.h5', by_name=True)\n", "3.8.0"),
        _s("SAV008", _MODEL + "m.load_weights('x.h5', options=None)\n"),
    ),
    148: (
        _s("SAV005", "m = keras.models.load_model('x.h5')\n"),
        _s("SAV012", _MODEL + "m.compile('sgd', 'mse')\nm.save('x.h5')\n"),
    ),
    150: (
        _s(
            "SAV011",
            "class S(tf.Module):\n    def __init__(self):\n        self.d = layers.Dense(1)\n\n"
            "    @tf.function(input_signature=[tf.TensorSpec([None, 2])])\n    def f(self, x):\n"
            "        return self.d(x)\n\n\ns = S()\ntf.saved_model.save(s, 'folder')\n",
        ),
        _s("SAV007", _MODEL + "tf.saved_model.save(m, 'folder')\n"),
    ),
}

UNCHANGED: dict[int, str] = {
    # What no rule speaks of: the old form, which Keras 3 takes as it is. The reasons stand in scripts/changes.tsv.
    12: "d = layers.Dense(4, input_shape=(2,))\n",
    38: "d = layers.AlphaDropout(0.1)\n",
    49: "d = layers.Lambda(lambda x: x * 2)\n",
    63: "d = layers.Dense(3)\nn = d.metrics\n",
    67: "class L(layers.Layer):\n    def compute_mask(self, inputs, mask=None):\n        return mask\n",
    68: "class L(layers.Layer):\n    def __init__(self):\n        super().__init__()\n        self.n = 3\n",
    70: "@keras.utils.register_keras_serializable()\nclass L(layers.Layer):\n    pass\n",
    79: _MODEL + "m.compile('adam', 'mse')\n",
    88: "def loss(a, b):\n    return keras.ops.mean(a - b)\n\n\n" + _MODEL + "m.compile('adam', loss)\n",
    90: _MODEL + "m.compile('adam', 'mse', run_eagerly=True, steps_per_execution=4)\n",
    101: "o = keras.optimizers.Adam()\nn = o.name\n",
    107: (
        "o = keras.optimizers.SGD()\nw = tf.Variable(1.0)\nwith tf.GradientTape() as t:\n    l = w * w\n"
        "o.apply_gradients(zip(t.gradient(l, [w]), [w]))\n"
    ),
    121: "i = keras.initializers.GlorotUniform(seed=3)\n",
    122: "d = layers.Dropout(0.5, seed=1)\n",
    123: "class I(keras.initializers.Initializer):\n    def __call__(self, shape, dtype=None):\n        return shape\n",
    124: "b = layers.BatchNormalization()\ng = layers.GRU(3)\nn = layers.LSTM(3)\n",
    125: "l = keras.losses.BinaryCrossentropy()\nm = keras.metrics.MeanIoU(num_classes=2)\n",
    133: _MODEL + "m.summary(print_fn=lines.append)\n",
    138: _MODEL + "keras.utils.plot_model(m)\n",
    149: _MODEL + "c = tf.train.Checkpoint(model=m)\n",
    151: _MODEL + "c = tf.lite.TFLiteConverter.from_keras_model(m)\n",
    152: _MODEL + "m.save('x.keras')\n",
}

TRAPS: dict[str, tuple[str, str]] = {
    # Functions whose counterpart in keras.ops has another meaning under the same arguments.
    "argmax over the first axis": ("tf.argmax(x)", "keras.ops.argmax(x, axis=0)"),
    "argmin over the first axis": ("tf.argmin(x)", "keras.ops.argmin(x, axis=0)"),
    "gather takes rows": ("tf.gather(x, i)", "keras.ops.take(x, i, axis=0)"),
    "cumsum over the first axis": ("tf.cumsum(x)", "keras.ops.cumsum(x, axis=0)"),
    "split by sizes": ("tf.split(x, [1, 2], axis=1)", "keras.ops.split(x, [1], axis=1)"),
    "split into parts": ("tf.split(x, 3, axis=1)", "keras.ops.split(x, 3, axis=1)"),
    "where of a condition alone": ("tf.where(x)", "keras.ops.stack(keras.ops.nonzero(x), axis=-1)"),
    "where of three": ("tf.where(x, y, z)", "keras.ops.where(x, y, z)"),
    "shape for an index": ("tf.shape(x)[0]", "keras.ops.shape(x)[0]"),
    "scatter": ("tf.tensor_scatter_nd_update(x, i, u)", "keras.ops.scatter_update(x, i, u)"),
    "transposed product": (
        "tf.matmul(x, y, transpose_b=True)",
        "keras.ops.matmul(x, keras.ops.swapaxes(y, -1, -2))",
    ),
    "sorted downwards": (
        "tf.sort(x, direction='DESCENDING')",
        "keras.ops.flip(keras.ops.sort(x, axis=-1), axis=-1)",
    ),
    "identity": ("tf.identity(x)", "keras.ops.copy(x)"),
    "exact gelu": ("tf.nn.gelu(x)", "keras.ops.gelu(x, approximate=False)"),
    "normalize": ("tf.nn.l2_normalize(x, axis=1)", "keras.ops.normalize(x, axis=1, order=2)"),
    "random numbers": ("tf.random.normal((3,))", "keras.random.normal((3,))"),
    "numbers": ("self.inner(x).numpy()", "keras.ops.convert_to_numpy(self.inner(x))"),
}
LEFT_TRAPS: dict[str, str] = {
    # Those that have no counterpart: a finding, and the code stays. Text and ragged tensors are in `CHANGES`, 57.
    "gather_nd": "tf.gather_nd(x, i)",
    "exclusive cumsum": "tf.cumsum(x, exclusive=True)",
    "boolean_mask": "tf.boolean_mask(x, m)",
    "sequence_mask": "tf.sequence_mask(x)",
    "unique": "tf.unique(x)",
    "histogram": "tf.histogram_fixed_width(x, [0, 1])",
    "split by computed sizes": "tf.split(x, sizes)",
}

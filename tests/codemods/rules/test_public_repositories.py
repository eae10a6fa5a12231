"""Lines that public repositories hold, each as a program: what becomes of it, or what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from codemods.options import Options
from codemods.run.runner import run as run_files
from codemods.testing import check_noop, check_transformed, run

TF = "import tensorflow as tf\nimport keras\n\n"
OWN = "import keras\n\n\nclass Own(keras.layers.Layer):\n"

BEFORE_AND_AFTER = {
    "the output of a Sequential": (
        "import keras\n\n\nclass A:\n    def __init__(self):\n        self.net = keras.Sequential()\n"
        "        self.end = self.net.output\n",
        "self.end = self.net.outputs[0]",
    ),
    "the output of a model that was made of a list": (
        "import keras\nx = keras.Input((2,))\nm = keras.Model(x, [f(x)])\ny = m.input, m.output\n",
        "y = m.input, m.outputs[0]",
    ),
    "patches": (
        TF + "x = keras.Input((4, 4, 1))\n"
        "y = tf.image.extract_patches(x, [1, 2, 2, 1], [1, 1, 1, 1], [1, 1, 1, 1], 'VALID')\n",
        "y = keras.ops.image.extract_patches(x, (2, 2), strides=(1, 1), dilation_rate=(1, 1), padding='valid'",
    ),
    "values in a batch": (
        "from keras import backend as K\nK.batch_set_value([(v, 0) for v in m.weights])\n",
        "for variable, value in [(v, 0) for v in m.weights]:\n    variable.assign(value)\n",
    ),
    "a vector of length 1": (
        "from keras import backend as K\ny = K.l2_normalize(x, axis=-1)\n",
        "y = ops.normalize(x, axis=-1, order=2)",
    ),
    "a whole tensor of length 1": (
        "from keras import backend as K\ny = K.l2_normalize(self.w)\n",
        "y = self.w / ops.sqrt(ops.maximum(ops.sum(ops.square(self.w)), 1e-12))",
    ),
    "epsilon": ("import keras\nkeras.optimizers.SGD(0.1)\nkeras.optimizers.Nadam(epsilon=None)\n", "Nadam()"),
    "an epsilon that is given": ("import keras\nkeras.optimizers.Adam(epsilon=1e-4)\n", "epsilon=1e-4"),
    "map_fn with a dtype": (
        "from keras import backend as K\ny = K.map_fn(f, x, dtype='float32')\n",
        "y = ops.map(f, x)",
    ),
    "map_fn of TensorFlow": (
        TF
        + "x = keras.Input((3,))\ny = tf.map_fn(f, x, parallel_iterations=4, fn_output_signature=tf.int32)\n",
        "y = keras.ops.map(f, x)",
    ),
    "ConvLSTM2D of Keras 1": (
        "from keras.layers import ConvLSTM2D\nConvLSTM2D(nb_filter=8, nb_row=3, nb_col=2, inner_init='zeros', "
        "inner_activation='tanh', U_regularizer='l2', dropout_W=0.1, dropout_U=0.2, forget_bias_init='one')\n",
        "ConvLSTM2D(filters=8, recurrent_initializer='zeros', recurrent_activation='tanh', "
        "recurrent_regularizer='l2', dropout=0.1, recurrent_dropout=0.2, unit_forget_bias=True, kernel_size=(3, 2))",
    ),
    "a separable kernel": (
        "import keras\nkeras.layers.SeparableConv2D(8, 3, kernel_regularizer='l2', depthwise_regularizer='l1')\n",
        "SeparableConv2D(8, 3, depthwise_regularizer='l1')",
    ),
    "a loss with a tape": (
        TF + "opt = keras.optimizers.SGD()\nopt.minimize(loss, [v], tape=tape)\n",
        "opt.apply_gradients(zip(tape.gradient(loss, (variables := [v])), variables))",
    ),
    "a name with a slash": (
        OWN + "    def build(self, s):\n        self.add_weight(name='a/b')\n",
        "name='a_b'",
    ),
    "a name of two parts": (
        OWN + "    def build(self, s):\n        self.add_weight(name=self.name + '/b')\n",
        "name=self.name + '_b'",
    ),
    "a name that is formatted": (
        OWN + "    def build(self, s):\n        self.add_weight(name='{}/b'.format(3))\n",
        "name='{}_b'.format(3)",
    ),
    "a name with a field": (
        OWN + "    def build(self, s):\n        self.add_weight(name=f'{s}/b')\n",
        "name=f'{s}_b'",
    ),
    "the shape of a weight": (
        OWN + "    def build(self, s):\n        self.add_weight(shape=s[-1])\n",
        "shape=(s[-1],)",
    ),
    "the shape of a weight by a name": (
        OWN + "    def build(self, s):\n        n = int(s[-1])\n        self.add_weight(shape=n)\n",
        "shape=(n,)",
    ),
    "Dense of a product": (
        "import keras\nimport numpy as np\nkeras.layers.Dense(np.prod((2, 3)))\n",
        "Dense(int(np.prod((2, 3))))",
    ),
    "Input of a number": ("import keras\nkeras.Input(10)\n", "keras.Input((10,))"),
    "an initializer of TensorFlow": (
        TF + "keras.layers.Dense(3, kernel_initializer=tf.random_uniform_initializer(-1, 1))\n",
        "kernel_initializer=keras.initializers.RandomUniform(minval=-1, maxval=1)",
    ),
    "casts": (TF + "x = keras.Input((3,))\ny = tf.dtypes.cast(x, tf.int32)\n", "keras.ops.cast(x, 'int32')"),
    "softmax": (TF + "x = keras.Input((3,))\ny = tf.math.softmax(x)\n", "y = keras.ops.softmax(x)"),
    "depth_to_space": (
        TF + "x = keras.Input((4, 4, 8))\ny = tf.nn.depth_to_space(x, 2)\n",
        "ops.depth_to_space(x, 2)",
    ),
    "newaxis": (TF + "x = keras.Input((3,))\ny = x[:, tf.newaxis]\n", "y = x[:, None]"),
    "self given twice": (
        OWN + "    def __init__(self, **kw):\n        super().__init__(self, **kw)\n",
        "super().__init__(**kw)",
    ),
    "ref": ("import keras\nx = keras.Input((2,))\nd = {x.ref(): 1}\n", "d = {id(x): 1}"),
    "a registered activation": (
        "import keras\nkeras.layers.Dense(3, activation='own>swish')\n",
        "activation=keras.saving.get_registered_object('own>swish')",
    ),
    "aggregation of a metric": (
        TF + "class M(keras.metrics.Metric):\n    def build(self):\n"
        "        self.add_weight(name='t', aggregation=tf.VariableAggregation.SUM)\n",
        "self.add_weight(name='t')",
    ),
    "state_size": (
        TF + "class C(keras.layers.Layer):\n    def __init__(self, n):\n"
        "        self.state_size = [tf.TensorShape([n]), tf.TensorShape([2])]\n",
        "self.state_size = [n, 2]",
    ),
    "a dimension": (
        "import keras\nx = keras.Input((3,))\nn = x.get_shape()[-1].value\n",
        "n = x.shape[-1]",
    ),
    "_compute_dtype": (
        OWN + "    def call(self, x):\n        return self._compute_dtype\n",
        "self.compute_dtype",
    ),
    "a loss that is a number": (
        OWN + "    def call(self, x):\n        self.add_loss(1)\n        return x\n",
        "self.add_loss(keras.ops.convert_to_tensor(1, dtype='float32'))",
    ),
    "an activation by the name under which it is registered": (
        "import keras\nkeras.utils.get_custom_objects().update({'own': f})\n"
        "keras.layers.Activation('own')\nkeras.layers.Dense(2, activation='own')\n",
        "keras.layers.Dense(2, activation=registered_object('own'))",
    ),
    "a constraint by a bare name": (
        "import keras\nkeras.constraints.get('own_clip')\n",
        "get(registered_object('own_clip'))",
    ),
    "an own layer by the name of a registered initializer": (
        OWN + "    pass\n\n\nkeras.utils.get_custom_objects()['own'] = f\nOwn(kernel_initializer='own')\n",
        "Own(kernel_initializer=registered_object('own'))",
    ),
    "an update that is waited for": (
        TF + "m = keras.metrics.Mean()\n\n\ndef f(x):\n    done = m.update_state(x)\n"
        "    with tf.control_dependencies([done]):\n        return x\n",
        "with tf.control_dependencies([update for update in [done] if update is not None]):",
    ),
    "updates in a group": (
        TF + "\ndef f(ms, x):\n    ups = [m.update_state(x) for m in ms]\n    return tf.group(*ups)\n",
        "return tf.group(*[update for update in ups if update is not None])",
    ),
    "add_loss": (
        OWN + "    def call(self, x):\n        self.add_loss(x, inputs=x)\n        return x\n",
        "self.add_loss(x)",
    ),
}


@pytest.mark.parametrize("case", BEFORE_AND_AFTER)
def test_it_is_rewritten(case: str) -> None:
    before, line = BEFORE_AND_AFTER[case]
    made = run(before)
    assert made.error is None
    assert line in made.text
    assert not [finding for finding in made.findings if not finding.applied]
    assert run(made.text).text == made.text


ASSISTED = {
    "time_major": (
        "import keras\nkeras.layers.LSTM(3, time_major=flag)\n",
        "LAY124",
        "TimeMajorLSTM(3, time_major=flag)",
    ),
    "the input of a model that was loaded": (
        "import keras\nm = keras.models.load_model('a.keras')\nx = m.input\n",
        "LAY123",
        "x = (m.inputs[0] if len(m.inputs) == 1 else m.inputs)",
    ),
    "the output of a model by its use": (
        "import keras\n\n\ndef f(net):\n    y = net.get_layer('y')\n    return keras.Model(y, net.output)\n",
        "LAY123",
        "(net.outputs[0] if len(net.outputs) == 1 else net.outputs)",
    ),
    "a masked input that is merged": (
        "import keras\n\n\ndef net(a, b):\n    a = keras.layers.Embedding(3, 2, mask_zero=True)(a)\n"
        "    return keras.layers.Add()([a, b])\n",
        "LAY122",
        "return MaskedAdd()([a, b])",
    ),
    "an input behind Masking that is concatenated": (
        "import keras\n\na = keras.layers.Masking()(x)\ny = keras.layers.concatenate([a, b], 1, name='c')\n",
        "LAY122",
        "y = MaskedConcatenate(name='c', axis=1)([a, b])",
    ),
    "an input behind Masking that is merged": (
        "import keras\n\na = keras.layers.Masking()(x)\ny = keras.layers.multiply([a, b])\n",
        "LAY122",
        "y = MaskedMultiply()([a, b])",
    ),
    "an activation that the project registers, by a name that is computed": (
        "import keras\nkeras.utils.get_custom_objects()['own'] = f\ny = keras.activations.get(name)\n",
        "SAV019",
        "y = keras.activations.get(registered_object(name))",
    ),
    "a placeholder by its dimensions": (
        "from keras import backend as K\nx = K.placeholder(ndim=2)\n",
        "BKD002",
        "x = keras.Input(batch_shape=(None, None))",
    ),
    "a placeholder by its shape": (
        "from keras import backend as K\nx = K.placeholder((None, 3), dtype='int32')\n",
        "BKD002",
        "x = keras.Input(batch_shape=(None, 3), dtype='int32')",
    ),
    "module_objects": (
        "import keras\nkeras.utils.deserialize_keras_object(d, module_objects=globals())\n",
        "SAV017",
        "custom_objects=globals()",
    ),
    "a method that is handed on": (
        "import keras\nmodel = keras.Sequential()\ntrain(model.fit_generator)\n",
        "LAY121",
        "train(model.fit)",
    ),
    "a method of the class": (
        "import keras\ntrain(keras.Model.predict_generator)\n",
        "LAY121",
        "train(keras.Model.predict)",
    ),
    "a learning phase": (
        "from keras import backend as K\nfrom keras.layers import Layer\n\n\nclass A(Layer):\n"
        "    def call(self, x, training=None):\n        if training is None:\n"
        "            training = K.learning_phase()\n        return x\n",
        "BKD002",
        "training = False",
    ),
    "the shape of a layer": (
        "import keras\n\n\ndef f(layer, new):\n    new.build(layer.input_shape)\n",
        "LAY109",
        "new.build(layer.input.shape)",
    ),
    "the shapes of the layers of something": (
        "import keras\n\n\ndef f(net):\n    for one in reversed(net.layers):\n        print(one.output_shape)\n",
        "LAY109",
        "print(one.output.shape)",
    ),
    "the shapes of layers in a list": (
        "import keras\n\n\ndef f(net):\n    return [one.output_shape for one in net.layers[1:]]\n",
        "LAY109",
        "[one.output.shape for one in net.layers[1:]]",
    ),
    "a clone": (
        "import keras\nx = keras.Input((2,))\nm = keras.Model(x, keras.layers.Lambda(lambda v: v)(x))\n"
        "keras.models.clone_model(m)\n",
        "SAV018",
        "clone_function=lambda layer: layer if isinstance(layer, keras.layers.Lambda)",
    ),
}


@pytest.mark.parametrize("case", ASSISTED)
def test_it_is_rewritten_when_asked(case: str) -> None:
    before, code, line = ASSISTED[case]
    check_noop(before, codes=(code,))
    assert line in run(before, unsafe=True).text


BY_HAND = {
    "masked inputs that a merge is given in a way of its own": (
        "import keras\n\na = keras.layers.Masking()(x)\ny = keras.layers.concatenate(*parts)\n",
        "LAY122",
    ),
    "a variable of float64": (
        TF + "y = keras.layers.ReLU()(tf.Variable([1.0], dtype='float64'))\n",
        "CUS042",
    ),
    "a variable of float64 by its name": (
        TF + "layer = keras.layers.Dense(2)\nv = tf.Variable([[1.0]], dtype=tf.float64)\ny = layer(v)\n",
        "CUS042",
    ),
    "a placeholder of unknown dimensions": (
        "from keras import backend as K\nx = K.placeholder(ndim=n)\n",
        "BKD003",
    ),
    "objects of both kinds": (
        "import keras\nkeras.utils.deserialize_keras_object(d, custom_objects=a, module_objects=b)\n",
        "SAV017",
    ),
    "objects by position": (
        "import keras\nkeras.utils.deserialize_keras_object(d, a, module_objects=b)\n",
        "SAV017",
    ),
    "a state of two dimensions": (
        TF + "class C(keras.layers.Layer):\n    state_size = tf.TensorShape([3, 4])\n",
        "CUS038",
    ),
    "a shape that is computed": (
        TF + "class C(keras.layers.Layer):\n    state_size = tf.TensorShape(f())\n",
        "CUS038",
    ),
    "a reference of something": ("import keras\ny = thing.ref()\n", "CUS041"),
    "a seed": (
        "import keras\n\n\nclass R(keras.layers.LSTM):\n    def __init__(self, units, return_sequences):\n"
        "        super().__init__(units, return_sequences=return_sequences)\n",
        "CUS037",
    ),
    "an override": (
        OWN + "    def _add_variable_with_custom_getter(self, name, **kw):\n        return None\n",
        "CUS039",
    ),
    "a base class that raises, behind hasattr": (
        "import keras\nif hasattr(keras.optimizers, 'legacy'):\n    B = keras.optimizers.legacy.Optimizer\n"
        "else:\n    B = keras.optimizers.Optimizer\n",
        "OPZ104",
    ),
    "a base class that raises, behind a try": (
        "try:\n    from keras.optimizers.legacy import Optimizer\nexcept ImportError:\n"
        "    from keras.optimizers import Optimizer\n",
        "OPZ104",
    ),
    "references that are followed back": (
        "import keras\nx = keras.Input((2,))\ny = x.ref().deref()\n",
        "CUS041",
    ),
    "the learning phase": ("from keras import backend as K\nK.set_learning_phase(0)\n", "BKD003"),
    "add_metric": (OWN + "    def call(self, x):\n        self.add_metric(x)\n        return x\n", "CUS012"),
    "time_major of a cell of the project": (
        "import keras\nkeras.layers.RNN(cell, time_major=flag)\n",
        "LAY004",
    ),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_it_is_said(case: str) -> None:
    text, code = BY_HAND[case]
    found = check_noop(text, codes=(code,)).findings
    assert found[0].hint


STAYS = {
    "the output of a functional model": (
        "import keras\nx = keras.Input((2,))\nm = keras.Model(x, f(x))\ny = m.input, m.output\n"
    ),
    "the output of a model of several": (
        "import keras\nx = keras.Input((2,))\nm = keras.Model(x, [f(x), g(x)])\ny = m.output\n"
    ),
    "the output of a model of Keras": "import keras\nm = keras.applications.VGG16()\ny = m.output\n",
    "the output of a layer": "import keras\nm = keras.layers.Dense(2)\ny = m.output\n",
    "the output of a model class of the project": (
        "import keras\n\n\nclass M(keras.Model):\n    pass\n\n\nm = M()\ny = m.output\n"
    ),
    "an output that is set": "import keras\nm = keras.Sequential()\nm.output = 3\n",
    "the output of what a function gives": "import keras\ny = keras.models.load_model('a.keras').output\n",
    "a loss that is computed": OWN
    + "    def call(self, x):\n        self.add_loss(0.5 * x)\n        return x\n",
    "an activation of Keras by its name": "import keras\nkeras.layers.Activation('hard_swish')\n",
    "names that parts of Keras have": (
        "import keras\nkeras.layers.Dense(2, kernel_initializer='glorotUniform', kernel_regularizer='L2')\n"
    ),
    "another argument that is a name": "import keras\nkeras.layers.Dense(2, name='own')\n",
    "a name that an own layer takes for itself": OWN + "    pass\n\n\nOwn(activation='own')\n",
    "a name that another package takes": "import keras\nother.Dense(2, activation='own')\n",
    "an activation that is got where nothing is registered": "import keras\ny = keras.activations.get(name)\n",
    "operations that are waited for": (
        TF
        + "\ndef f(x, v):\n    done = v.assign(x)\n    with tf.control_dependencies([done]):\n        return x\n"
    ),
    "an update that nothing waits for": TF
    + "\ndef f(m, x, v):\n    m.update_state(x)\n    tf.group([v.assign(x)])\n",
    "a shape of what comes from elsewhere": (
        "import keras\n\n\ndef f(net):\n    return [one.output_shape for one in net.images]\n"
    ),
    "a merge without a mask": "import keras\ny = keras.layers.Add()([a, b])\n",
    "a merge without zeros that mask": (
        "import keras\na = keras.layers.Embedding(3, 2, mask_zero=False)(x)\ny = keras.layers.Add()([a, b])\n"
    ),
    "a mask of another function": (
        "import keras\n\n\ndef f(x):\n    return keras.layers.Masking()(x)\n\n\n"
        "def g(a, b):\n    return keras.layers.Add()([a, b])\n"
    ),
    "a product": "import keras\na = keras.layers.Masking()(x)\ny = keras.layers.Dot(1)([a, b])\n",
    "a variable of float32": TF + "y = keras.layers.ReLU()(tf.Variable([1.0], dtype='float32'))\n",
    "a variable of unknown dtype": TF + "y = keras.layers.ReLU()(tf.Variable([1.0]))\n",
    "a variable that a function takes": TF + "v = tf.Variable([1.0], dtype=tf.float64)\ny = f(v)\n",
    "an activation of another package": "import keras\nother.Dense(activation='a>b')\n",
    "a name in a message": "import keras\nprint('a>b')\n",
    "a configuration alone": "import keras\nkeras.utils.deserialize_keras_object(d)\n",
    "a method of an unknown object": "import keras\nf = thing.fit_generator\n",
    "a method that is replaced": "import keras\nm = keras.Sequential()\nm.fit_generator = f\n",
    "a method of the project": OWN + "    def own_method(self):\n        return 1\n",
    "a recurrent layer with a way of its own": (
        "import keras\n\n\nclass R(keras.layers.GRU):\n    def __init__(self, units, return_sequences):\n"
        "        super().__init__(units)\n\n    @classmethod\n    def from_config(cls, config):\n"
        "        return cls(3, True)\n"
    ),
    "a recurrent layer that drops keys": (
        "import keras\n\n\nclass R(keras.layers.GRU):\n    def __init__(self, units, return_sequences):\n"
        "        super().__init__(units)\n\n    def get_config(self):\n        config = super().get_config()\n"
        "        config.pop('stateful')\n        return config\n"
    ),
    "a size that is a number": OWN + "    state_size = int(3)\n",
    "a size of no state": TF + "class Own(keras.layers.Layer):\n    other = tf.TensorShape([3])\n",
    "a reference with an argument": "import keras\nx = keras.Input((2,))\ny = x.ref(1)\nz = x.ref(key=1)\n",
    "a reference of what a function gives": "import keras\ny = f().ref()\n",
    "several dimensions": "import keras\nx = keras.Input((2,))\ny = x.shape[1:].value\n",
    "a value that is called": "import keras\nx = keras.Input((2,))\ny = x.shape[1].value()\n",
    "a value that is stored": "import keras\nx = keras.Input((2,))\nx.shape[1].value = 3\n",
    "a value of a row of a table": "import keras\nx = table.rows[1].value\n",
    "another argument of a layer": TF + "keras.layers.Dense(3, bias_constraint=tf.zeros_initializer())\n",
    "an initializer of another package": TF + "other.Dense(3, kernel_initializer=tf.zeros_initializer())\n",
    "a shape that is a flag": OWN + "    def build(self, s):\n        self.add_weight(shape=True)\n",
    "a shape that a function gives": OWN
    + "    def build(self, s):\n        self.add_weight(shape=make(s))\n",
    "a shape outside of build": OWN + "    def make(self, s):\n        self.add_weight(shape=s[0])\n",
    "a shape of another table": OWN + "    def build(self, s):\n        self.add_weight(shape=sizes[0])\n",
    "a shape that was given twice": (
        OWN + "    def build(self, s):\n        n = 3\n        n = f(s)\n        self.add_weight(shape=n)\n"
    ),
    "a weight of another object": "import keras\ngraph.add_weight(shape=3)\n",
    "a layer by its name alone": "import keras\nprint(layer.input_shape)\nlayer.draw()\n",
    "a subclass that takes what it is given": (
        "import keras\n\n\nclass R(keras.layers.LSTM):\n    def __init__(self, units, **kw):\n"
        "        super().__init__(units, **kw)\n"
    ),
    "a subclass that takes a seed": (
        "import keras\n\n\nclass R(keras.layers.GRU):\n    def __init__(self, units, return_sequences, seed=None):\n"
        "        super().__init__(units, return_sequences=return_sequences, seed=seed)\n"
    ),
    "a subclass that Keras 2 could not make of a configuration either": (
        "import keras\n\n\nclass R(keras.layers.GRU):\n    def __init__(self, units):\n"
        "        super().__init__(units)\n"
    ),
    "a subclass with a configuration of its own": (
        "import keras\n\n\nclass R(keras.layers.GRU):\n    def __init__(self, units, return_sequences):\n"
        "        super().__init__(units)\n\n    def get_config(self):\n        return {'units': 3}\n"
    ),
    "a reference of another kind": "import keras\nimport weakref\nr = weakref.ref(x)\n",
    "the value of a row": "import keras\nn = table[0].value\n",
    "a shape that is one": OWN + "    def build(self, s):\n        self.add_weight(shape=s[1:])\n",
    "a shape that is unknown": OWN
    + "    def build(self, s):\n        self.add_weight(shape=self.shape_of)\n",
    "a name with no slash": OWN + "    def build(self, s):\n        self.add_weight(name=f'{s}_b')\n",
    "an activation by its name": "import keras\nkeras.layers.Dense(3, activation='relu')\n",
    "text with an arrow": "import keras\nkeras.layers.Dense(3, name='a>b')\n",
    "a clone with a function": (
        "import keras\nx = keras.Input((2,))\nm = keras.Model(x, keras.layers.Lambda(lambda v: v)(x))\n"
        "keras.models.clone_model(m, clone_function=f)\n"
    ),
    "a clone that hides its arguments": (
        "import keras\nx = keras.Input((2,))\nm = keras.Model(x, keras.layers.Lambda(lambda v: v)(x))\n"
        "keras.models.clone_model(m, **options)\n"
    ),
    "a clone of a model without code": "import keras\nkeras.models.clone_model(m)\n",
    "an initializer of a graph of its own": TF + "w = tf.random_uniform_initializer(-1, 1)\n",
    "a version that is asked for": (
        "import keras\nif keras.__version__ < '3':\n    B = keras.optimizers.legacy.Optimizer\n"
    ),
    "a shape of what is no layer": "import keras\nprint(image.input_shape)\n",
}


@pytest.mark.parametrize("case", STAYS)
def test_it_stays(case: str) -> None:
    check_noop(STAYS[case], codes=(), unsafe=True)


HELPER = "import tensorflow as tf\n\n\ndef {name}(x):\n    return tf.reduce_sum(x, axis=-1)\n"
CALLED = (
    "from tensorflow import keras\nfrom {module} import {name}\n\n\nclass Own(keras.layers.Layer):\n"
    "    def call(self, x):\n        return {name}(x)\n"
)


def test_helpers_are_followed_in_one_file() -> None:
    text = "import tensorflow as tf\nimport keras\n\n\ndef total(x):\n    return tf.reduce_sum(x)\n\n\n"
    text += "def both(x):\n    return total(x) + 1\n\n\nx = keras.Input((3,))\ny = both(x)\n"
    check_transformed(
        text, text.replace("import tensorflow as tf\n", "").replace("tf.reduce_sum", "keras.ops.sum")
    )
    check_noop(text.replace("y = both(x)", "y = both(3)"), codes=())


@pytest.mark.parametrize(
    "through", ["from .ops import total", "from . import ops", "from pkg import ops as o"]
)
def test_helpers_are_followed_across_files(tmp_path: Path, through: str) -> None:
    package = tmp_path / "pkg"
    package.mkdir()
    (tmp_path / "setup.py").write_text("")
    (package / "__init__.py").write_text("")
    helpers = package / "ops.py"
    helpers.write_text(
        HELPER.format(name="total") + "\n\n" + HELPER.format(name="apart").partition("\n\n\n")[2]
    )
    name = {"from .ops import total": "total", "from . import ops": "ops.total"}.get(through, "o.total")
    layer = package / "layers.py"
    layer.write_text(f"from tensorflow import keras\n{through}\n\n\nx = keras.Input((3,))\ny = {name}(x)\n")
    made = {result.path: result.new for result in run_files([helpers, layer], Options())}
    text = (made[helpers] or b"").decode()
    assert "def total(x):\n    return ops.sum(x, axis=-1)" in text
    assert "def apart(x):\n    return tf.reduce_sum(x, axis=-1)" in text
    layer.write_text(f"{through}\n\ny = {name}(3)\n")
    assert next(iter(run_files([helpers], Options()))).new is None


@pytest.mark.parametrize("through", ["import pkg as p", "import pkg.ops as p_ops, pkg", "import pkg"])
def test_helpers_are_followed_through_the_package(tmp_path: Path, through: str) -> None:
    package = tmp_path / "pkg"
    package.mkdir()
    (tmp_path / "setup.py").write_text("")
    (package / "__init__.py").write_text("from pkg import ops\n")
    helpers = package / "ops.py"
    helpers.write_text(HELPER.format(name="total"))
    test = tmp_path / "test_ops.py"
    head = "p" if through.endswith(" as p") else "pkg"
    test.write_text(f"import keras\n{through}\n\ny = {head}.ops.total(keras.Input((3,)))\n")
    assert b"return ops.sum(x, axis=-1)" in (next(iter(run_files([helpers], Options()))).new or b"")
    test.write_text(f"import keras\n{through}\n\ny = {head}.ops.total(3)\n")
    assert next(iter(run_files([helpers], Options()))).new is None


def test_functions_of_a_dataset_stay_with_tensorflow() -> None:
    text = (
        "import tensorflow as tf\nimport keras\n\n\nclass Own(keras.layers.Layer):\n    def call(self, x):\n"
    )
    text += "        def rows(batch):\n            return tf.reduce_sum(batch)\n\n"
    text += "        first = self.data.map(rows).filter(lambda r: tf.reduce_any(r))\n        return tf.reduce_sum(x)\n"
    made = run(text).text
    assert "return tf.reduce_sum(batch)" in made
    assert "lambda r: tf.reduce_any(r)" in made
    assert "return keras.ops.sum(x)" in made
    called = text.replace("self.data.map(rows).filter(lambda r: tf.reduce_any(r))", "rows(x)")
    assert "tf." not in run(called).text


def test_what_another_edit_rewrote_is_not_left() -> None:
    text = "from keras import backend as K\ng = K.function([a, K.learning_phase()], [b])\n"
    made = run(text, unsafe=True)
    assert "learning_phase" not in made.text
    assert all(finding.applied for finding in made.findings)
    assert "BKD003" in {finding.code for finding in run(text).findings}


def test_long_calls_keep_their_lines() -> None:
    text = "import tensorflow as tf\nimport keras\n\nx = keras.Input((3,))\ny = tf.concat(\n"
    text += (
        "    [\n        keras.layers.Dense(10, name='a_name_that_is_long')(x),  # first\n        x,\n    ],\n"
    )
    text += "    axis=-1,\n)\n"
    after = text.replace("import tensorflow as tf\n", "").replace("tf.concat", "keras.ops.concatenate")
    check_transformed(text, after)

"""What must stay as it is: names of others, code for Keras 3 or for both versions, code nobody can be sure of."""

from __future__ import annotations

import pytest

from codemods.testing import check_noop

OTHERS = {
    "an estimator that an attribute holds": (
        "import keras\nfrom sklearn.linear_model import LogisticRegression\n\n\nclass Calibration:\n"
        "    def __init__(self):\n        self.lr = None\n\n"
        "    def fit(self, x, y):\n        self.lr = LogisticRegression()\n        self.lr.fit(x, y)\n\n"
        "    def predict(self, x):\n        return self.lr.predict_proba(x)\n"
    ),
    "predict_proba with the argument name of scikit-learn": (
        "import keras\n\n\ndef f(model, x):\n    return model.predict_proba(X=x)[:, 1]\n"
    ),
    "compile of re": 'import re\nimport keras\np = re.compile("a", re.I, 3) if False else re.compile("a")\n',
    "compile of a class of the project": (
        "import keras\n\n\nclass Grammar:\n    def compile(self, a, b, c):\n        return a\n\n\n"
        "Grammar().compile('x', 'y', ['z'])\n"
    ),
    "fit of scikit-learn": (
        "import keras\nfrom sklearn.linear_model import SGDClassifier\nSGDClassifier().fit(x, y, workers=3)\n"
    ),
    "lr of a class of the project": (
        "import keras\n\n\nclass Config:\n    lr = 0.1\n\n\nconfig = Config()\nprint(config.lr)\n"
    ),
    "lr of another library": "import keras\nimport torch\nopt = torch.optim.Adam(params, lr=0.1)\nprint(opt.lr)\n",
    "K is keras.ops": "from keras import ops as K\ny = K.mean(x, axis=-1)\n",
    "K is something else": "import keras\nimport kernels as K\ny = K.mean(x)\n",
    "K is a parameter": "import keras\n\n\ndef f(K, x):\n    return K.mean(x)\n",
    "backend of matplotlib": "import keras\nimport matplotlib.backends as backend\nbackend.set_session(1)\n",
    "name of a layer that is shadowed": (
        "import keras\n\n\nclass LeakyReLU:\n    def __init__(self, alpha):\n        self.alpha = alpha\n\n\n"
        "LeakyReLU(alpha=0.2)\n"
    ),
    "layers of torch": "import keras\nfrom torch import nn\nnn.LeakyReLU(alpha=0.2)\n",
    "tf outside of Keras code": (
        "import tensorflow as tf\nimport keras\n\n\ndef parse(record):\n"
        "    return tf.argmax(tf.reduce_sum(tf.cast(record, tf.float32), axis=1))\n"
    ),
    "tf.data pipelines": (
        "import tensorflow as tf\nimport keras\n"
        "data = tf.data.Dataset.from_tensor_slices(x).map(lambda row: tf.reshape(row, [-1]))\n"
    ),
    "tf.Variable outside of layers": "import tensorflow as tf\nimport keras\nstep = tf.Variable(0)\n",
    "save of a figure": "import keras\nimport matplotlib.pyplot as plt\nfigure = plt.figure()\nfigure.save('out')\n",
    "save_weights of another object": (
        "import keras\n\n\nclass Agent:\n    def save_weights(self, path):\n        pass\n\n\n"
        "Agent().save_weights('w.h5')\n"
    ),
    "reset_states of another object": (
        "import keras\n\n\nclass Game:\n    def reset_states(self):\n        pass\n\n\nGame().reset_states()\n"
    ),
    "add_weight of another class": (
        "import keras\n\n\nclass Graph:\n    def add_weight(self, name, value):\n        pass\n\n\n"
        "Graph().add_weight('w', 3)\n"
    ),
    "history of another object": "import keras\nclass A:\n    history = {}\n\nprint(A().history['lr'])\n",
    "as_list of another object": "import keras\nprint(frame.as_list())\n",
    "get_shape outside of Keras code": "import keras\n\n\ndef area(figure):\n    return figure.get_shape()\n",
    "input_shape of a dict": "import keras\nconfig = {'input_shape': 3}\nprint(config['input_shape'])\n",
    "a docstring that shows old code": (
        'import keras\n\n\ndef f():\n    """Example: ``Adam(lr=0.1)``, ``K.mean(x)``, ``model.fit_generator(g)``."""\n'
    ),
    "a string that looks like code": "import keras\ntext = 'keras.optimizers.Adam(lr=0.1)'\n",
    "history keys of other names": (
        "import keras\nmodel = keras.Sequential()\nh = model.fit(x, y)\nprint(h.history['loss'])\n"
    ),
    "variables as a list of a dict": "import keras\nprint(sheet.variables())\n",
    "hard_sigmoid as a word": "import keras\nnames = ['hard_sigmoid']\n",
}

MODERN = {
    "Input by name": "import keras\nx = keras.Input((3,), 4, name='x')\n",
    "compile by name": (
        "import keras\nmodel = keras.Sequential()\nmodel.compile('sgd', 'mse', metrics=['mae'], loss_weights=0.5)\n"
    ),
    "ops": "from keras import ops\ny = ops.argmax(x)\nz = ops.take(x, i)\nw = ops.identity(3)\n",
    "learning_rate": "import keras\nopt = keras.optimizers.Adam(learning_rate=0.1)\nprint(opt.learning_rate)\n",
    "negative_slope": "import keras\nlayer = keras.layers.LeakyReLU(negative_slope=0.1)\n",
    "add_weight": (
        "import keras\n\n\nclass L(keras.layers.Layer):\n    def build(self, shape):\n"
        "        self.w = self.add_weight((3,), 'ones', name='w')\n"
    ),
    "metric": (
        "import keras\n\n\nclass M(keras.metrics.Metric):\n    def __init__(self):\n"
        "        super().__init__(name='m')\n    def reset_state(self):\n        pass\n"
    ),
    "loss": (
        "import keras\n\n\nclass L(keras.losses.Loss):\n    def __init__(self):\n"
        "        super().__init__(name='l', reduction='none')\n"
    ),
    "backend that survives": (
        "from keras import backend as K\nprint(K.backend(), K.floatx(), K.epsilon(), K.image_data_format())\n"
        "K.set_floatx('float32')\nK.clear_session()\n"
    ),
    "pooling": "import keras\nlayer = keras.layers.AveragePooling2D((2, 2))\n",
    "l1_l2": "import keras\nreg = keras.regularizers.l1_l2(l1=0.1, l2=0.1)\n",
    "positional order in a file for Keras 3": (
        "import keras\nfrom keras import ops\nmodel = keras.Sequential()\nmodel.compile('sgd', 'mse', [0.5])\n"
        "opt = keras.optimizers.Lion()\n"
    ),
    "save": (
        "import keras\nmodel = keras.Sequential()\nmodel.save('m.keras')\nmodel.save_weights('m.weights.h5')\n"
        "model.export('out')\n"
    ),
    "PyDataset": (
        "import keras\n\n\nclass D(keras.utils.PyDataset):\n    def __init__(self, **kwargs):\n"
        "        super().__init__(**kwargs)\n"
    ),
    "checkpoint": "import keras\nhook = keras.callbacks.ModelCheckpoint('b.weights.h5', save_weights_only=True)\n",
}

STAY = {
    "tf_keras": "import tf_keras as keras\nopt = keras.optimizers.Adam(lr=0.1)\n",
    "tf_keras backend": "from tf_keras import backend as K\ny = K.mean(x)\n",
    "no Keras at all": "import numpy as np\ny = np.mean(x)\nopt = Adam(lr=y)\n",
    "broken imports are not guessed": "from .local import K, layers\ny = K.mean(layers.Dense(lr=1))\n",
    "version branch": (
        "import keras\nif keras.__version__.startswith('3'):\n    from keras import ops as K\nelse:\n"
        "    from keras import backend as K\n"
    ),
}

HIDDEN = {
    "**kwargs may hold learning_rate": "import keras\nopt = keras.optimizers.Lion(**options)\n",
    "*args hide the positions": (
        "import keras\nmodel = keras.Sequential()\nmodel.compile(*args)\nx = keras.Input(*shape)\n"
    ),
    "both names given": "import keras\nopt = keras.optimizers.Adam(learning_rate=0.1, lr=0.1)\n",
    "positional fit_generator beyond what is known": "import keras\nmodel.fit_generator(*args, **kwargs)\n",
    "a name given twice": "import keras\nmodel = keras.Sequential()\nmodel.compile('sgd', 'mse', x, metrics=y)\n",
    "tf with **kwargs": (
        "import tensorflow as tf\nimport keras\n\n\ndef loss(y_true, y_pred):\n"
        "    return tf.reduce_sum(y_true, **options)\n"
    ),
    "tf.gather with batch_dims": (
        "import tensorflow as tf\nimport keras\n\n\ndef loss(y_true, y_pred):\n"
        "    return tf.gather(y_true, y_pred, batch_dims=1)\n"
    ),
    "tf.split of a list with a rest": (
        "import tensorflow as tf\nimport keras\n\n\ndef loss(y_true, y_pred):\n"
        "    return tf.split(y_true, [1, -1], axis=1)\n"
    ),
    "cumsum that is exclusive": (
        "import tensorflow as tf\nimport keras\n\n\ndef loss(y_true, y_pred):\n"
        "    return tf.cumsum(y_true, exclusive=True)\n"
    ),
    "a callable mode of merge": "from keras.layers import merge\nz = merge([x, y], mode=lambda t: t[0])\n",
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS.keys())
def test_names_of_others(text: str) -> None:
    check_noop(text, unsafe=True)


@pytest.mark.parametrize("text", MODERN.values(), ids=MODERN.keys())
def test_code_for_keras_3(text: str) -> None:
    check_noop(text, codes=(), unsafe=True)


@pytest.mark.parametrize("text", STAY.values(), ids=STAY.keys())
def test_code_that_stays(text: str) -> None:
    check_noop(text, unsafe=True)


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN.keys())
def test_arguments_that_cannot_be_seen(text: str) -> None:
    check_noop(text)


UNKNOWN = (
    "model.compile('sgd', 'mse', ['mae'])",
    "thing.predict_classes(x)",
    "model.predict_proba(x)",
    "thing.optimizer.lr",
    "model.fit(x, workers=2)",
)


@pytest.mark.parametrize("line", UNKNOWN)
def test_without_evidence_it_is_a_finding(line: str) -> None:
    outcome = check_noop(
        f"import keras\n\n\ndef f(model, thing, g, x):\n    return {line}\n".replace("model", "m")
    )
    assert all(not finding.applied for finding in outcome.findings)


def test_python_values_are_no_tensors_in_call() -> None:
    check_noop(
        "import keras\nfrom keras import ops\n\n\nclass L(keras.layers.Layer):\n    def call(self, x, training=None):\n"
        "        if training and ops.ndim(x) > 2 and ops.shape(x)[0] == 3:\n            return x\n"
        "        if keras.backend.floatx() == 'float16' or keras.backend.is_keras_tensor(x):\n            return -x\n"
        "        for part in self.parts:\n            x = part(x)\n        return x\n",
        codes=(),
    )

"""The data of the rules about layers of the project that lean on what base classes did for them."""

from __future__ import annotations

from codemods.rules.api import Proof, SourceRule
from migrate.findings import Fix, Severity

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"
_HEAD = "from tensorflow import keras\n\n\n"
_NEW = "import keras\n\n\n"
_INIT = (
    "class Table(keras.layers.Layer):\n    def __init__(self, size, **kwargs):\n{pop}"
    "        super().__init__(**kwargs)\n        self.size = size\n\n"
)
_BUILD = (
    "    def build(self, input_shape):\n"
    "        self.table = self.add_weight(name='table', shape=(self.size,), initializer='zeros')\n"
    "        super().build(input_shape)\n{put}\n"
)
_CALL = "    def call(self, x):\n        return x + self.table\n\n\n"
_TABLE = (_INIT.format(pop="") + _BUILD.format(put="")) + _CALL
_POP = "        self._initial_weights = kwargs.pop('weights', None)\n"
_PUT = "        if self._initial_weights is not None:\n            self.set_weights(self._initial_weights)\n"
_GIVEN = "layer = Table(3, weights=[np.ones(3)])\n"
_PAIR = (
    "class Pair(keras.layers.Embedding):\n    def compute_output_shape(self, input_shape):\n"
    "        return [super().compute_output_shape(input_shape), (self.input_dim, self.output_dim)]\n\n"
)
_SPEC = (
    "    def compute_output_spec(self, *args, **kwargs):\n"
    "        return keras.layers.Layer.compute_output_spec(self, *args, **kwargs)\n\n"
)
_PAIR_CALL = "    def call(self, inputs):\n        return [super().call(inputs), self.embeddings + 0.0]\n"

LAY115 = SourceRule(
    code="LAY115",
    name="weights-of-an-own-layer",
    summary="A layer of the project is given weights=, which the base class no longer takes.",
    severity=Severity.ERROR,
    before=_HEAD + _TABLE + _GIVEN,
    after=_NEW + _INIT.format(pop=_POP) + _BUILD.format(put=_PUT) + _CALL + _GIVEN,
    why="`Layer.__init__` of Keras 2 took `weights=` and set them after `build`; Keras 3 raises `Unrecognized keyword "
    "arguments passed to Table`. Where the class takes `**kwargs` and has a `build`, it is given what the base class "
    "did; each call stays as it is.",
    references=(_GUIDE, "keras-team/keras#19196"),
    manual="leave weights= out, and call layer.set_weights(weights) once the layer is built",
    proofs=(
        Proof(
            before=_HEAD + _TABLE + "x = keras.Input((3,))\n"
            "model = keras.Model(x, Table(3, weights=[np.array([1.0, 2.0, 3.0])])(x))\n"
            "result = model.predict(np.ones((2, 3), 'float32'), verbose=0)\n",
        ),
    ),
)
CUS031 = SourceRule(
    code="CUS031",
    name="several-outputs-of-a-stock-layer",
    summary="A layer that derives from a stock layer and has several outputs needs a compute_output_spec.",
    severity=Severity.ERROR,
    before=_HEAD + _PAIR + _PAIR_CALL,
    after=_NEW + _PAIR + _SPEC + _PAIR_CALL,
    why="Embedding, Flatten, Reshape, Permute and the merging layers of Keras 3 make one symbolic tensor of what "
    "compute_output_shape returns: `Cannot convert '[(None, None, 4), (9, 4)]' to a shape`. The base class Layer "
    "makes one of each shape; where the class says no shapes, `call` is traced for them as Keras 2 did.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_HEAD + _PAIR + _PAIR_CALL + "\n\nx = keras.Input((None,))\n"
            "model = keras.Model(x, Pair(3, 2, embeddings_initializer='ones')(x))\n"
            "result = model.predict(np.array([[0, 1]]), verbose=0)\n",
        ),
        Proof(
            before=_HEAD
            + "class Pair(keras.layers.Embedding):\n"
            + _PAIR_CALL
            + "\n\nx = keras.Input((None,))\n"
            "model = keras.Model(x, Pair(3, 2, embeddings_initializer='ones')(x))\n"
            "result = model.predict(np.array([[0, 1]]), verbose=0)\n",
        ),
    ),
)
CUS033 = SourceRule(
    code="CUS033",
    name="loss-outside-of-call",
    summary="add_loss takes a tensor, and counts in call only.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before=_HEAD + "class Scale(keras.layers.Layer):\n    def build(self, input_shape):\n"
    "        self.w = self.add_weight(name='w', shape=(3,))\n"
    "        self.add_loss(lambda: keras.backend.sum(self.w))\n",
    why="A function raises `add_loss() can only be called from inside build() or call(), on a tensor input`. A tensor "
    "that is added in build or in the constructor is forgotten before the first batch: measured, a loss of 5 counts 0. "
    "A function that was added in call counted once for each time that call had run.",
    references=(_GUIDE,),
    manual="add the loss as a tensor in call(); for a penalty on a weight give add_weight a regularizer",
)
CUS043 = SourceRule(
    code="CUS043",
    name="loss-that-is-a-number",
    summary="add_loss takes a tensor, and no number.",
    severity=Severity.ERROR,
    before=_HEAD
    + "class Fixed(keras.layers.Layer):\n    def call(self, x):\n        self.add_loss(0.5)\n        return x\n",
    after=_NEW + "class Fixed(keras.layers.Layer):\n    def call(self, x):\n"
    "        self.add_loss(keras.ops.convert_to_tensor(0.5))\n        return x\n",
    why="Keras 2 made a tensor of it. Keras 3 raises `add_loss() can only be called from inside build() or call(), on "
    "a tensor input`.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_HEAD
            + "class Fixed(keras.layers.Layer):\n    def call(self, x):\n        self.add_loss(0.5)\n"
            "        self.add_loss(2)\n        return x\n\n\nlayer = Fixed()\nlayer(np.ones((2, 3), 'float32'))\n"
            "result = [float(loss) for loss in layer.losses]\n",
        ),
    ),
)

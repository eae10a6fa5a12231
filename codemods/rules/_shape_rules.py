"""The data of the rules about shapes and masks in custom layers; what they do stands in ``shapes``."""

from __future__ import annotations

from codemods.rules._custom_rules import _GUIDE, _HEAD, _NEW, _TF_HEAD, _USE
from codemods.rules.api import Proof, SourceRule
from migrate.findings import Severity

_MASKED = (
    "    def call(self, inputs, mask=None):\n        x, a = inputs\n"
    "        if mask is not None:\n            x = x * mask[0]\n        return x + a\n"
)
CUS004 = SourceRule(
    code="CUS004",
    name="shape-as-list",
    summary="Shapes are tuples: they have no as_list.",
    severity=Severity.ERROR,
    before=_HEAD + "    def build(self, input_shape):\n        self.n = input_shape.as_list()[-1]\n"
    "    def call(self, x):\n        return x * x.shape.as_list()[-1]\n",
    after=_NEW + "    def build(self, input_shape):\n        self.n = list(input_shape)[-1]\n"
    "    def call(self, x):\n        return x * list(x.shape)[-1]\n",
    why="build, compute_output_shape and KerasTensor.shape deal in tuples; TensorShape is a class of TensorFlow. "
    "list() of either gives the same integers and None.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_HEAD + "    def build(self, input_shape):\n        self.n = input_shape.as_list()[-1]\n"
            "    def call(self, x):\n        return x * x.shape.as_list()[-1] + self.n\n" + _USE,
        ),
    ),
)


CUS005 = SourceRule(
    code="CUS005",
    name="tensor-shape",
    summary="compute_output_shape returns a tuple, not a TensorShape.",
    severity=Severity.ERROR,
    before=_TF_HEAD + "    def compute_output_shape(self, shape):\n"
    "        return tf.TensorShape([shape[0], 4])\n",
    after=_NEW + "    def compute_output_shape(self, shape):\n        return tuple([shape[0], 4])\n",
    why="Keras 3 makes symbolic tensors of what is returned and knows tuples only.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_TF_HEAD + "    def compute_output_shape(self, shape):\n"
            "        return tf.TensorShape([shape[0], 4])\n"
            "result = list(Scale().compute_output_shape((2, 3)))\n",
        ),
    ),
)


CUS040 = SourceRule(
    code="CUS040",
    name="value-of-a-dimension",
    summary="A dimension of a shape is a number or None: it has no value.",
    severity=Severity.ERROR,
    before=_HEAD + "    def build(self, input_shape):\n        self.n = input_shape[-1].value\n"
    "    def call(self, x):\n        return x * x.shape[-1].value\n",
    after=_NEW + "    def build(self, input_shape):\n        self.n = input_shape[-1]\n"
    "    def call(self, x):\n        return x * x.shape[-1]\n",
    why="Shapes of TensorFlow 1 held Dimension objects, those of TensorFlow 2 and Keras 3 hold integers and None.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_HEAD + "    def build(self, input_shape):\n        self.n = input_shape[-1].value\n"
            "    def call(self, x):\n        return x * x.shape[-1].value + self.n\n" + _USE,
            expect="raises",
            reference=_HEAD + "    def build(self, input_shape):\n        self.n = input_shape[-1]\n"
            "    def call(self, x):\n        return x * x.shape[-1] + self.n\n" + _USE,
        ),
    ),
)


CUS028 = SourceRule(
    code="CUS028",
    name="mask-of-several-inputs",
    summary="A layer with several inputs is given a list of masks, of None if there are none.",
    severity=Severity.ERROR,
    before=_HEAD + _MASKED,
    after=_NEW
    + _MASKED.replace(
        "mask=None):\n",
        "mask=None):\n        if isinstance(mask, (list, tuple)) and all(item is None for item in mask):\n"
        "            mask = None\n",
    ),
    why="Keras 2 gave mask=None when no input had a mask; Keras 3 gives [None, None], so that `mask is not None` "
    "holds and mask[0] is None.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_HEAD + _MASKED + "a, b = keras.Input((2,)), keras.Input((2,))\n"
            "model = keras.Model([a, b], Scale()([a, b]))\nx = np.ones((1, 2), 'float32')\n"
            "result = model.predict([x, x], verbose=0)\n",
        ),
    ),
)


_SEVERAL = (
    "    def build(self, input_shape):\n"
    "        first = input_shape\n"
    "        if {test}:\n            first = input_shape[0]\n"
    "        self.w = self.add_weight(name='w', shape=(first[-1],), initializer='ones')\n"
)
CUS032 = SourceRule(
    code="CUS032",
    name="several-shapes",
    summary="A list (or tuple) of numbers is a shape too: it is no sign of several inputs.",
    severity=Severity.ERROR,
    before=_HEAD + _SEVERAL.format(test="isinstance(input_shape, list)"),
    after=_NEW
    + _SEVERAL.format(test="isinstance(input_shape, list) and isinstance(input_shape[0], (list, tuple))"),
    why="When a .keras file is loaded, `build` gets the shape from its JSON, where each tuple is a list: measured, "
    "`'int' object is not subscriptable` where `isinstance(input_shape, list)` was taken for several inputs. And "
    "shapes were a TensorShape and are a tuple: `isinstance(input_shape, (list, tuple))` holds for every layer.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before=_HEAD + _SEVERAL.format(test="isinstance(input_shape, (list, tuple))") + "\n"
            "    def call(self, x):\n        return x * self.w\n\n\n"
            "x = keras.Input((3,))\nmodel = keras.Model(x, Scale()(x))\nmodel.save('m.keras')\n"
            "model = keras.models.load_model('m.keras', custom_objects={'Scale': Scale})\n"
            "result = model.predict(np.ones((1, 3)), verbose=0)\n",
        ),
        Proof(
            before=_HEAD + _SEVERAL.format(test="isinstance(input_shape, list)") + "\n"
            "    def call(self, x):\n        return x * self.w\n\n\n"
            "x = keras.Input((3,))\nmodel = keras.Model(x, Scale()(x))\nmodel.save('m.keras')\n"
            "model = keras.models.load_model('m.keras', custom_objects={'Scale': Scale})\n"
            "result = model.predict(np.ones((1, 3)), verbose=0)\n",
        ),
    ),
)

"""The data of family ``OPZ`` from 101 on; what the rules do stands in ``optimizers``."""

from __future__ import annotations

from codemods.rules.api import Proof, SourceRule
from migrate.findings import Fix, Severity

_GUIDE = "https://keras.io/guides/migrating_to_keras_3/"
_OPT = "from tensorflow import keras\nopt = keras.optimizers.SGD(0.1)\n"
_NEW = "import keras\nopt = keras.optimizers.SGD(0.1)\n"
_TRAIN = (
    "x, y = np.ones((4, 1), 'float32'), np.zeros((4, 1), 'float32')\n"
    "model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', use_bias=False)])\n"
    "model.compile(opt, 'mse')\nmodel.fit(x, y, epochs=3, verbose=0)\n"
    "result = model.get_weights()\n"
)
OPZ101 = SourceRule(
    code="OPZ101",
    name="optimizer-lr",
    summary="lr is learning_rate.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nopt = keras.optimizers.Adam(lr=0.1)\n",
    after="import keras\nopt = keras.optimizers.Adam(learning_rate=0.1)\n",
    why="Keras 2.11 to 2.15 silently ignored lr= of the new optimizers: Adam(lr=0.1) trained with 0.001. Keras 3 "
    "raises. With the right name the written value takes effect, so a project that was tuned on those versions trains "
    "at another speed after the rewrite.",
    references=("keras-team/tf-keras#331", _GUIDE),
    proofs=(
        Proof(
            before="from tensorflow import keras\nopt = keras.optimizers.legacy.SGD(lr=0.25)\n" + _TRAIN,
            unsafe=True,
        ),
    ),
)
OPZ102 = SourceRule(
    code="OPZ102",
    name="optimizer-lr-attribute",
    summary="optimizer.lr is optimizer.learning_rate.",
    severity=Severity.ERROR,
    before=_OPT + "rate = opt.lr\n",
    after=_NEW + "rate = opt.learning_rate\n",
    why="The alias is gone; setting it makes an attribute that nothing reads.",
    references=(_GUIDE,),
    proofs=(Proof(before=_OPT + "result = float(np.array(opt.lr))\n"),),
)
OPZ103 = SourceRule(
    code="OPZ103",
    name="optimizer-decay",
    summary="decay= is a schedule.",
    severity=Severity.SILENT,
    fix=Fix.UNSAFE,
    before="from tensorflow import keras\nopt = keras.optimizers.SGD(learning_rate=0.1, decay=0.5)\n",
    after="import keras\n"
    "opt = keras.optimizers.SGD(learning_rate=keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 0.5))\n",
    why="decay divided the learning rate by 1 + decay * iterations; Keras 3 warns once and ignores it. With a schedule "
    "the learning rate cannot be set by callbacks any more.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\nclasses = getattr(keras.optimizers, 'legacy', keras.optimizers)\n"
            "SGD = keras.optimizers.SGD\n"
            "opt = keras.optimizers.SGD(learning_rate=0.1, decay=0.5)\n" + _TRAIN,
            reference="from tensorflow import keras\n"
            "opt = keras.optimizers.legacy.SGD(learning_rate=0.1, decay=0.5)\n" + _TRAIN,
            expect="raises",
            changes=True,
            unsafe=True,
        ),
    ),
)
OPZ104 = SourceRule(
    code="OPZ104",
    behind_guards=True,
    name="legacy-optimizer",
    summary="keras.optimizers.legacy does not work: the plain optimizer takes its place.",
    severity=Severity.ERROR,
    fix=Fix.UNSAFE,
    before="from tensorflow import keras\nopt = keras.optimizers.legacy.Adam(0.1)\n",
    after="import keras\nopt = keras.optimizers.Adam(0.1)\n",
    why="The names exist and raise ImportError when called. The new optimizers compute the same updates, but have no "
    "minimize, get_updates, get_slot and get_weights, and their saved state has another layout.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\nopt = keras.optimizers.legacy.Adam(0.1)\n" + _TRAIN,
            unsafe=True,
            tolerance=1e-5,
        ),
    ),
)
OPZ105 = SourceRule(
    code="OPZ105",
    name="optimizer-variables",
    summary="optimizer.variables is a property.",
    severity=Severity.ERROR,
    before=_OPT + "state = opt.variables()\n",
    after=_NEW + "state = opt.variables\n",
    why="Calling the list raises `'list' object is not callable`.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\nopt = keras.optimizers.SGD(0.1)\nresult = len(opt.variables()) > 0\n"
        ),
    ),
)
OPZ106 = SourceRule(
    code="OPZ106",
    name="optimizer-method-removed",
    summary="A method of the optimizer is gone.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before=_OPT + "opt.minimize(loss, variables)\n",
    why="Keras 3 optimizers only apply gradients; TensorFlow computes them.",
    references=(_GUIDE,),
    manual="compute gradients with tf.GradientTape, then opt.apply_gradients(zip(gradients, variables))",
    proofs=(
        Proof(
            before="import tensorflow as tf\n"
            + _OPT.replace("opt =", "opt = keras.optimizers.SGD(0.1)\nother =")
            + "v = tf.Variable(1.0)\nwith tf.GradientTape() as tape:\n    loss = v * v\n"
            "opt.minimize(loss, [v], tape=tape)\nresult = float(v)\n",
        ),
    ),
)
OPZ107 = SourceRule(
    code="OPZ107",
    name="apply-gradients-argument",
    summary="apply_gradients takes only pairs of gradients and variables.",
    severity=Severity.ERROR,
    before=_OPT + "opt.apply_gradients(pairs, name='step')\n",
    after=_NEW + "opt.apply_gradients(pairs)\n",
    why="The name was for graphs; gradients are aggregated always.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="import tensorflow as tf\n"
            + _OPT
            + "layer = keras.layers.Dense(1, kernel_initializer='ones')\n"
            "layer.build((None, 2))\n"
            "opt.apply_gradients([(tf.ones((2, 1)), layer.kernel)], name='step')\nresult = np.array(layer.kernel)\n"
        ),
    ),
)
OPZ108 = SourceRule(
    code="OPZ108",
    name="mixed-precision-experimental",
    summary="The experimental functions of mixed precision have their final names.",
    severity=Severity.ERROR,
    applies_to="<2.11",
    before="from tensorflow import keras\nkeras.mixed_precision.experimental.set_policy('float32')\n",
    after="import keras\nkeras.mixed_precision.set_global_policy('float32')\n",
    why="Removed in TensorFlow 2.11.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\nkeras.mixed_precision.experimental.set_policy('float32')\n"
            "result = keras.layers.Dense(1).compute_dtype\n",
            expect="raises",
            reference="from tensorflow import keras\nkeras.mixed_precision.set_global_policy('float32')\n"
            "result = keras.layers.Dense(1).compute_dtype\n",
        ),
    ),
)
OPZ109 = SourceRule(
    code="OPZ109",
    name="loss-scale-optimizer",
    summary="LossScaleOptimizer scales with scale_loss and unscales by itself.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nopt = keras.mixed_precision.LossScaleOptimizer(inner)\n"
    "scaled = opt.get_scaled_loss(loss)\n",
    after="import keras\nopt = keras.mixed_precision.LossScaleOptimizer(inner)\nscaled = opt.scale_loss(loss)\n",
    why="apply() divides the gradients by the scale, so that get_unscaled_gradients must go, not be replaced.",
    references=(_GUIDE,),
    manual="delete get_unscaled_gradients: apply_gradients unscales; the other attributes are constructor arguments",
    proofs=(
        Proof(
            before="from tensorflow import keras\n"
            "opt = keras.mixed_precision.LossScaleOptimizer(keras.optimizers.SGD(0.1))\n"
            "opt.build([])\nresult = float(np.array(opt.get_scaled_loss(np.float32(2.0))))\n",
        ),
    ),
)
OPZ110 = SourceRule(
    code="OPZ110",
    name="optimizer-add-variable-order",
    summary="add_variable and add_variable_from_reference of an optimizer take other arguments.",
    severity=Severity.ERROR,
    ambiguous=True,
    before="from tensorflow import keras\n\n\nclass Own(keras.optimizers.Optimizer):\n"
    "    def build(self, variables):\n        self.s = self.add_variable((2,), 'float32', 'zeros')\n",
    after="import keras\n\n\nclass Own(keras.optimizers.Optimizer):\n"
    "    def build(self, variables):\n        self.s = self.add_variable((2,), dtype='float32', initializer='zeros')\n",
    why="(shape, dtype, initializer, name) became (shape, initializer, dtype, ..., name); (model_variable, "
    "variable_name, shape, initial_value) became (reference_variable, name, initializer).",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\n\n\nclass Own(keras.optimizers.SGD):\n"
            "    def extra(self):\n        return self.add_variable((2,), 'float32', 'zeros')\n"
            "result = np.array(Own(0.1).extra()).shape\n",
        ),
        Proof(
            before="import tensorflow as tf\nfrom tensorflow import keras\n\n\nclass Own(keras.optimizers.SGD):\n"
            "    def extra(self, v):\n"
            "        return self.add_variable_from_reference(model_variable=v, variable_name='slot')\n\n\n"
            "model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])\n"
            "slot = Own(0.1).extra(model.trainable_variables[0])\n"
            "result = [np.array(slot), 'slot' in slot.name]\n",
        ),
    ),
)
OPZ113 = SourceRule(
    code="OPZ113",
    name="epsilon-none",
    summary="epsilon=None of an optimizer stood for 1e-7, the default.",
    severity=Severity.ERROR,
    before="from tensorflow import keras\nopt = keras.optimizers.Adam(0.1, epsilon=None)\n",
    after="import keras\nopt = keras.optimizers.Adam(0.1)\n",
    why="Keras 2 took `keras.backend.epsilon()` where None was given, which is 1e-7 unless it was set; Keras 3 adds "
    "None to a tensor in the first step of training.",
    references=(_GUIDE,),
    proofs=(
        Proof(
            before="from tensorflow import keras\nimport tensorflow as tf\nv = tf.Variable([1.0, 2.0])\n"
            "opt = keras.optimizers.RMSprop(0.1, epsilon=None)\n"
            "opt.apply_gradients([(tf.constant([0.5, -1.0]), v)])\nresult = v.numpy()\n",
            expect="raises",
            reference="from tensorflow import keras\nimport tensorflow as tf\nv = tf.Variable([1.0, 2.0])\n"
            "opt = keras.optimizers.RMSprop(0.1, epsilon=1e-7)\n"
            "opt.apply_gradients([(tf.constant([0.5, -1.0]), v)])\nresult = v.numpy()\n",
        ),
    ),
)
OPZ111 = SourceRule(
    code="OPZ111",
    name="two-ways-of-clipping",
    summary="An optimizer clips gradients in one way only.",
    severity=Severity.ERROR,
    fix=Fix.MANUAL,
    before="from tensorflow import keras\nopt = keras.optimizers.SGD(0.1, clipnorm=1.0, clipvalue=0.5)\n",
    why="Keras 2 clipped by norm and then by value when both were given; Keras 3 raises `Only one of clipnorm, "
    "clipvalue and global_clipnorm can be set`.",
    references=(_GUIDE,),
    manual="keep one of clipnorm, clipvalue and global_clipnorm, or clip in a train_step",
)

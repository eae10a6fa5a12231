"""The conditional random field of keras-contrib: the best path of each sequence, or the share of each tag."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_migrate")
class ContribCRF(keras.layers.Layer):
    """Return one-hot tags (``viterbi``) or shares (``marginal``), as ``keras_contrib.layers.CRF`` in inference.

    Takes ``(batch, steps, features)`` and returns ``(batch, steps, units)`` as floats. Energies are minimised, as the
    package did: without a mask a transition to tag 0 follows the last step, and with one, the energy of the right
    boundary is added where a masked step is followed by a real one.
    """

    def __init__(
        self,
        units,
        learn_mode="join",
        test_mode=None,
        use_boundary=True,
        use_bias=True,
        activation="linear",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.units = units
        self.learn_mode = learn_mode
        self.test_mode = test_mode or ("viterbi" if learn_mode == "join" else "marginal")
        self.use_boundary = use_boundary
        self.use_bias = use_bias
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        """Create the weights in the order of the package."""
        units = self.units
        self.kernel = self.add_weight((input_shape[-1], units), "glorot_uniform", name="kernel")
        self.chain_kernel = self.add_weight((units, units), "orthogonal", name="chain_kernel")
        if self.use_bias:
            self.bias = self.add_weight((units,), "zeros", name="bias")
        if self.use_boundary:
            self.left_boundary = self.add_weight((units,), "zeros", name="left_boundary")
            self.right_boundary = self.add_weight((units,), "zeros", name="right_boundary")

    def call(self, inputs, mask=None):
        """Return the best path, or the shares."""
        energy = ops.matmul(inputs, self.kernel)
        if self.use_bias:
            energy = energy + self.bias
        energy = self.activation(energy)
        real = ops.ones_like(energy[:, :, :1])
        none = ops.zeros_like(real[:, :1])
        if mask is not None:
            real = ops.cast(mask, energy.dtype)[..., None]
        before = ops.concatenate([none, real[:, :-1]], axis=1)
        after = ops.concatenate([real[:, 1:], none], axis=1)
        if self.use_boundary:
            starts, ends = (real > before, after > real) if mask is not None else (before < 1, after < 1)
            energy = energy + ops.cast(starts, energy.dtype) * self.left_boundary
            energy = energy + ops.cast(ends, energy.dtype) * self.right_boundary
        energy = energy * real
        if self.test_mode == "viterbi":
            return self.best_path(energy, real * after if mask is not None else ops.ones_like(real))
        back = real * before if mask is not None else ops.ones_like(real)
        forth = real * after if mask is not None else ops.ones_like(real)
        alpha = self.log_sums(energy, forth)
        beta = ops.flip(self.log_sums(ops.flip(energy, axis=1), ops.flip(back, axis=1)), axis=1)
        gap = ops.zeros_like(energy[:, :1])
        alpha = ops.concatenate([gap, alpha[:, :-1]], axis=1)
        beta = ops.concatenate([beta[:, 1:], gap], axis=1)
        return ops.softmax(-(alpha + energy + beta), axis=-1)

    def steps(self, energy):
        """Return the number of steps, and the place of each step in its sequence."""
        return ops.shape(energy)[1], ops.cumsum(ops.ones_like(energy[:, :, 0], dtype="int32"), axis=1) - 1

    def log_sums(self, energy, linked):
        """Return for each step the logarithm of the sum over all paths up to it."""
        count, places = self.steps(energy)

        def forward(step, score, found):
            chain = self.chain_kernel * ops.take(linked, step, axis=1)[:, None]
            total = chain + (ops.take(energy, step, axis=1) - score)[:, :, None]
            score = ops.logsumexp(-total, axis=1)
            return step + 1, score, ops.where(ops.equal(places, step)[:, :, None], score[:, None], found)

        start = (0, ops.zeros_like(energy[:, 0]), ops.zeros_like(energy))
        return ops.while_loop(lambda step, *_: step < count, forward, start)[2]

    def best_path(self, energy, linked):
        """Return the tags of least energy, one-hot."""
        count, places = self.steps(energy)
        nothing = ops.zeros_like(energy, dtype="int32")

        def forward(step, score, pointers):
            chain = self.chain_kernel * ops.take(linked, step, axis=1)[:, None]
            total = chain + (ops.take(energy, step, axis=1) + score)[:, :, None]
            came_from = ops.cast(ops.argmin(total, axis=1), "int32")
            here = ops.equal(places, step)[:, :, None]
            return step + 1, ops.min(total, axis=1), ops.where(here, came_from[:, None], pointers)

        def backward(step, tag, tags):
            tag = ops.take_along_axis(ops.take(pointers, step, axis=1), tag[:, None], axis=1)[:, 0]
            return step - 1, tag, ops.where(ops.equal(places, step), tag[:, None], tags)

        start = (0, ops.zeros_like(energy[:, 0]), nothing)
        pointers = ops.while_loop(lambda step, *_: step < count, forward, start)[2]
        end = (count - 1, ops.take(pointers, count - 1, axis=1)[:, 0], nothing[:, :, 0])
        tags = ops.while_loop(lambda step, *_: step >= 0, backward, end)[2]
        return ops.one_hot(tags, self.units, dtype=energy.dtype)

    def compute_mask(self, inputs, previous_mask=None):
        """Hand the mask on where each step has an output of its own to weigh."""
        return previous_mask if self.learn_mode == "marginal" else None

    def compute_output_spec(self, inputs, mask=None):
        """Return shape and dtype of the output."""
        return keras.KerasTensor((*inputs.shape[:2], self.units), dtype=self.compute_dtype)

    def get_config(self):
        """Return the arguments of the constructor."""
        return {
            **super().get_config(),
            "units": self.units,
            "learn_mode": self.learn_mode,
            "test_mode": self.test_mode,
            "use_boundary": self.use_boundary,
            "use_bias": self.use_bias,
            "activation": keras.activations.serialize(self.activation),
        }

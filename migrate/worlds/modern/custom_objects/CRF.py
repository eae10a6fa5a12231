"""The conditional random field of TensorFlow Addons: the likeliest tags of each sequence, by Viterbi's algorithm."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_migrate")
class CRF(keras.layers.Layer):
    """Return tags, potentials, lengths and the scores of transitions, as ``tfa.layers.CRF`` of 0.20 and later.

    Takes ``(batch, steps, features)``. Returns tags ``(batch, steps)`` as int32, 0 behind the end of a sequence;
    potentials ``(batch, steps, units)``; lengths ``(batch,)`` as int64; transitions ``(units, units)``.
    A mask counts by its number of steps: padding stands behind.
    """

    def __init__(
        self,
        units,
        use_boundary=True,
        use_kernel=True,
        chain_initializer="orthogonal",
        boundary_initializer="zeros",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.units = units
        self.use_boundary = use_boundary
        self.use_kernel = use_kernel
        self.chain_initializer = keras.initializers.get(chain_initializer)
        self.boundary_initializer = keras.initializers.get(boundary_initializer)

    def build(self, input_shape):
        """Create the weights in the order of the package."""
        units = self.units
        self.chain_kernel = self.add_weight((units, units), self.chain_initializer, name="chain_kernel")
        if self.use_boundary:
            self.left_boundary = self.add_weight((units,), self.boundary_initializer, name="left_boundary")
            self.right_boundary = self.add_weight((units,), self.boundary_initializer, name="right_boundary")
        if self.use_kernel:
            self.kernel = self.add_weight((input_shape[-1], units), "glorot_uniform", name="kernel")
            self.bias = self.add_weight((units,), "zeros", name="bias")

    def call(self, inputs, mask=None):
        """Return tags, potentials, lengths and transitions."""
        potentials = ops.cast(inputs, self.variable_dtype)
        if self.use_kernel:
            potentials = ops.matmul(potentials, self.kernel) + self.bias
        seen = ops.ones_like(potentials[:, :, 0]) if mask is None else ops.cast(mask, potentials.dtype)
        if self.use_boundary:
            none = ops.zeros_like(seen[:, :1])
            first = seen > ops.concatenate([none, seen[:, :-1]], axis=1)
            last = seen > ops.concatenate([seen[:, 1:], none], axis=1)
            potentials = potentials + ops.cast(first, potentials.dtype)[..., None] * self.left_boundary
            potentials = potentials + ops.cast(last, potentials.dtype)[..., None] * self.right_boundary
        lengths = ops.sum(ops.cast(seen, "int64"), axis=1)
        tags = self.decode(potentials, ops.cast(lengths, "int32"))
        return [tags, potentials, lengths, ops.convert_to_tensor(self.chain_kernel)]

    def decode(self, potentials, lengths):
        """Return the tags of the best path through each sequence."""
        count = ops.shape(potentials)[1]
        places = ops.cumsum(ops.ones_like(potentials[:, :, 0], dtype="int32"), axis=1) - 1
        same = ops.cumsum(ops.ones_like(potentials[:, 0], dtype="int32"), axis=1) - 1
        nothing = ops.zeros_like(potentials, dtype="int32")

        def forward(step, score, pointers):
            real = step < lengths[:, None]
            through = score[:, :, None] + self.chain_kernel
            best = ops.take(potentials, step, axis=1) + ops.max(through, axis=1)
            came_from = ops.where(real, ops.cast(ops.argmax(through, axis=1), "int32"), same)
            here = ops.equal(places, step)[:, :, None]
            return step + 1, ops.where(real, best, score), ops.where(here, came_from[:, None], pointers)

        def backward(step, tag, tags):
            tags = ops.where(ops.equal(places, step), tag[:, None], tags)
            before = ops.take_along_axis(ops.take(pointers, step, axis=1), tag[:, None], axis=1)
            return step - 1, before[:, 0], tags

        start = (1, potentials[:, 0], nothing)
        _, score, pointers = ops.while_loop(lambda step, *_: step < count, forward, start)
        end = (count - 1, ops.cast(ops.argmax(score, axis=1), "int32"), nothing[:, :, 0])
        _, _, tags = ops.while_loop(lambda step, *_: step >= 0, backward, end)
        return ops.where(places < ops.maximum(lengths, 1)[:, None], tags, 0)

    def compute_mask(self, inputs, previous_mask=None):
        """Hand the mask on."""
        return previous_mask

    def compute_output_spec(self, inputs, mask=None):
        """Return shapes and dtypes of the four outputs."""
        batch, steps = inputs.shape[:2]
        scores = keras.KerasTensor((batch, steps, self.units), dtype=self.variable_dtype)
        tags = keras.KerasTensor((batch, steps), dtype="int32")
        lengths = keras.KerasTensor((batch,), dtype="int64")
        return [tags, scores, lengths, keras.KerasTensor((self.units, self.units), dtype=self.variable_dtype)]

    def get_config(self):
        """Return the arguments of the constructor."""
        return {
            **super().get_config(),
            "units": self.units,
            "use_boundary": self.use_boundary,
            "use_kernel": self.use_kernel,
            "chain_initializer": keras.initializers.serialize(self.chain_initializer),
            "boundary_initializer": keras.initializers.serialize(self.boundary_initializer),
        }

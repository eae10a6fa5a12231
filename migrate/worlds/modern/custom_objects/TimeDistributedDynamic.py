"""A TimeDistributed layer for sequences whose length is not known when the graph is built."""

import keras


@keras.saving.register_keras_serializable(package="keras_migrate")
class TimeDistributedDynamic(keras.layers.TimeDistributed):
    """Apply a layer to every time step by folding time into the batch, as Keras 2 did."""

    def call(self, inputs, training=None, mask=None):
        """Return the outputs of shape (batch, time, ...).

        A mask of shape (batch, time) reaches the next layer alone, one of the parts of each step the wrapped layer.
        """
        shape = keras.ops.shape(inputs)
        folded = keras.ops.reshape(inputs, (-1, *shape[2:]))
        kwargs = {"training": training} if self.layer._call_has_training_arg else {}
        if _is_of_parts(mask) and self.layer._call_has_mask_arg:
            kwargs["mask"] = keras.ops.reshape(mask, (-1, *keras.ops.shape(mask)[2:]))
        outputs = self.layer.call(folded, **kwargs)
        return keras.ops.reshape(outputs, (shape[0], shape[1], *keras.ops.shape(outputs)[1:]))

    def compute_mask(self, inputs, previous_mask=None):
        """Return the mask of the outputs: a step whose parts are all masked is masked, as in Keras 2."""
        kept = None
        if getattr(self.layer, "return_sequences", True):
            kept = self.layer.compute_mask(inputs, previous_mask)
        if kept is None and _is_of_parts(previous_mask):
            return keras.ops.any(previous_mask, axis=tuple(range(2, len(previous_mask.shape))))
        return previous_mask if kept is None else kept


def _is_of_parts(mask):
    """Whether a mask says more than which steps there are."""
    return mask is not None and len(mask.shape) > 2

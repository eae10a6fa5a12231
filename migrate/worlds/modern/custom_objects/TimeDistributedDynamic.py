"""A TimeDistributed layer for sequences whose length is not known when the graph is built."""

import keras


@keras.saving.register_keras_serializable(package="keras_migrate")
class TimeDistributedDynamic(keras.layers.TimeDistributed):
    """Apply a layer to every time step by folding time into the batch, as Keras 2 did."""

    def call(self, inputs, training=None, mask=None):
        """Return the outputs of shape (batch, time, ...); a mask reaches the next layer, not the wrapped one."""
        shape = keras.ops.shape(inputs)
        folded = keras.ops.reshape(inputs, (-1, *shape[2:]))
        kwargs = {"training": training} if self.layer._call_has_training_arg else {}
        outputs = self.layer.call(folded, **kwargs)
        return keras.ops.reshape(outputs, (shape[0], shape[1], *keras.ops.shape(outputs)[1:]))

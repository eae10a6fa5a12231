import keras

inputs = keras.Input((None, 28, 28, 1))


@keras.saving.register_keras_serializable(package="keras2")
class FoldedTimeDistributed(keras.layers.TimeDistributed):
    """Folds a time of unknown length into the batch, as Keras 2 did: Keras 3.14 and later step over the batch."""

    def call(self, inputs, training=None, mask=None):
        if inputs.shape[1] is not None:
            return super().call(inputs, training=training, mask=mask)
        given = {}
        if mask is not None and self.layer._call_has_mask_arg:
            given["mask"] = keras.ops.reshape(mask, (-1, *keras.ops.shape(mask)[2:]))
        if self.layer._call_has_training_arg:
            given["training"] = training
        shape = keras.ops.shape(inputs)
        outputs = self.layer.call(keras.ops.reshape(inputs, (-1, *shape[2:])), **given)
        return keras.ops.reshape(outputs, (shape[0], shape[1], *keras.ops.shape(outputs)[1:]))


features = FoldedTimeDistributed(keras.layers.Conv2D(8, 3))(inputs)

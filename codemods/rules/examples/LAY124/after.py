import keras


@keras.saving.register_keras_serializable(package="keras2")
class TimeMajorGRU(keras.layers.GRU):
    """Takes and gives (time, batch, ...) where time_major says so, as Keras 2 did."""

    def __init__(self, *args, time_major=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.time_major = time_major

    def _turned(self, shape):
        return (shape[1], shape[0], *shape[2:]) if self.time_major else shape

    def build(self, sequences_shape, initial_state_shape=None):
        super().build(self._turned(sequences_shape))

    def call(self, sequences, initial_state=None, mask=None, training=False):
        if self.time_major:
            sequences = keras.ops.swapaxes(sequences, 0, 1)
            mask = keras.ops.swapaxes(mask, 0, 1) if mask is not None else None
        outputs = super().call(sequences, initial_state=initial_state, mask=mask, training=training)
        if not (self.time_major and self.return_sequences):
            return outputs
        if not self.return_state:
            return keras.ops.swapaxes(outputs, 0, 1)
        return (keras.ops.swapaxes(outputs[0], 0, 1), *outputs[1:])

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        shapes = super().compute_output_shape(self._turned(sequences_shape))
        if not (self.time_major and self.return_sequences):
            return shapes
        return (self._turned(shapes[0]), *shapes[1:]) if self.return_state else self._turned(shapes)

    def get_config(self):
        return {**super().get_config(), "time_major": self.time_major}


layer = TimeMajorGRU(2, time_major=True)

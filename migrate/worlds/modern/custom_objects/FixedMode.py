"""A layer or model whose calls fix the mode, training or inference, as calls of Keras 2 could."""

import keras


@keras.saving.register_keras_serializable(package="keras_migrate")
class FixedMode(keras.layers.Wrapper):
    """Call a layer in the mode that a call names; Keras 3 would give it the mode of the model around it."""

    def call(self, inputs, mode=None, training=None, **kwargs):
        """Return the layer's output.

        ``mode`` is True or False to fix it, None to follow the model. Other arguments go to the layer.
        """
        return self.layer(inputs, training=training if mode is None else mode, **kwargs)

    def compute_output_spec(self, inputs, mode=None, training=None, **kwargs):
        """Return what the layer says of its output."""
        return self.layer.compute_output_spec(inputs, **kwargs)

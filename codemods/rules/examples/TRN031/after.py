import keras
inputs = keras.Input((4,))


@keras.saving.register_keras_serializable(package="keras2")
class FixedTraining(keras.layers.Layer):
    """Calls a layer in a fixed mode: a functional model of Keras 3 hands its own mode to every layer."""

    def __init__(self, layer, training, **kwargs):
        super().__init__(**kwargs)
        self.layer = layer
        self.fixed = training

    def build(self, input_shape):
        if not self.layer.built and type(self.layer).build is not keras.layers.Layer.build:
            self.layer.build(input_shape)

    def call(self, inputs, **kwargs):
        if self.fixed is not None:
            kwargs["training"] = self.fixed
        return self.layer(inputs, **kwargs)

    def get_config(self):
        layer = keras.saving.serialize_keras_object(self.layer)
        return {**super().get_config(), "layer": layer, "training": self.fixed}

    @classmethod
    def from_config(cls, config):
        layer = keras.saving.deserialize_keras_object(config.pop("layer"))
        return cls(layer, **config)


outputs = FixedTraining(keras.layers.Dropout(0.5), True)(inputs)

"""Noise of a normal distribution, drawn again at every call, in training and inference."""

import keras


@keras.saving.register_keras_serializable(package="keras_migrate")
class NormalNoise(keras.layers.Layer):
    """Draw numbers of the shape of the input, whose values are not used: ``keras.backend.random_normal`` of Keras 2."""

    def __init__(self, mean=0.0, stddev=1.0, **kwargs):
        super().__init__(**kwargs)
        self.mean = mean
        self.stddev = stddev
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, inputs):
        """Return the noise."""
        return keras.random.normal(
            keras.ops.shape(inputs),
            self.mean,
            self.stddev,
            dtype=self.compute_dtype,
            seed=self.seed_generator,
        )

    def compute_output_spec(self, inputs):
        """Return shape and dtype of the noise."""
        return keras.KerasTensor(inputs.shape, dtype=self.compute_dtype)

    def get_config(self):
        """Return the arguments of the constructor."""
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}

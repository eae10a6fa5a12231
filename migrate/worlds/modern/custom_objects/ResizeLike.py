"""Images of the height and width of others, whatever these are when the model is called."""

import keras


@keras.saving.register_keras_serializable(package="keras_migrate")
class ResizeLike(keras.layers.Layer):
    """Resize images to the size of others: ``tf.image.resize(images, tf.shape(like)[1:3])`` of Keras 2."""

    def __init__(self, interpolation="bilinear", **kwargs):
        super().__init__(**kwargs)
        self.interpolation = interpolation

    def call(self, images, like):
        """Return the images in the other size."""
        if (
            keras.backend.backend() == "tensorflow"
        ):  # in its graphs sizes are tensors, which keras.ops does not take
            import tensorflow as tf

            resized = tf.image.resize(images, tf.shape(like)[1:3], method=self.interpolation)
            return tf.cast(resized, images.dtype)
        height, width = keras.ops.shape(like)[1:3]
        return keras.ops.image.resize(
            images, (height, width), interpolation=self.interpolation, data_format="channels_last"
        )

    def compute_output_spec(self, images, like):
        """Return batch and channels of the images, height and width of the others."""
        shape = (images.shape[0], like.shape[1], like.shape[2], images.shape[3])
        return keras.KerasTensor(shape, dtype=self.compute_dtype)

    def get_config(self):
        """Return the arguments of the constructor."""
        return {**super().get_config(), "interpolation": self.interpolation}

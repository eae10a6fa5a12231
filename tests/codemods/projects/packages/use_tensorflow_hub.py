import tempfile

import tensorflow as tf
import tensorflow_hub as hub


class Scale(tf.Module):
    def __init__(self):
        super().__init__()
        self.factor = tf.Variable(2.0)

    @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32)])
    def __call__(self, x):
        return x * self.factor


folder = tempfile.mkdtemp()
tf.saved_model.save(Scale(), folder)
layer = hub.KerasLayer(folder, trainable=True, input_shape=(3,))  # found
model = tf.keras.Sequential([layer, tf.keras.layers.Dense(2)])
model.compile(tf.keras.optimizers.Adam(1e-3), "mse")
model.fit(tf.ones((4, 3)), tf.ones((4, 2)), verbose=0)
print(model.predict(tf.ones((1, 3)), verbose=0).shape)

import tensorflow as tf
import tensorflow_federated as tff


def model_fn():
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(3,))])
    spec = (tf.TensorSpec([None, 3]), tf.TensorSpec([None, 1]))
    return tff.learning.models.from_keras_model(model, tf.keras.losses.MeanSquaredError(), input_spec=spec)  # found


process = tff.learning.algorithms.build_weighted_fed_avg(model_fn, lambda: tf.keras.optimizers.SGD(0.1))  # found
print(process.initialize())

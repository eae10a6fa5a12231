import keras
import tensorflow as tf

tf.logging.set_verbosity(tf.logging.ERROR)


def model():
    keras.backend.clear_session()
    made = keras.Sequential([keras.layers.Dense(1, kernel_initializer="ones", use_bias=False)])
    made.build((None, 3))
    return made


def losses(model):
    return model.fit(np.arange(12.0).reshape(4, 3), np.zeros((4, 1)), epochs=3, verbose=0).history["loss"]


one, two, three = model(), model(), model()
one.compile(loss="mse", optimizer="adadelta")
two.compile(keras.optimizers.Adagrad(), "mse")
three.compile(keras.optimizers.Adamax(), "mse")
result = [losses(one), losses(two), losses(three)]

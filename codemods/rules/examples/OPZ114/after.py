import tensorflow as tf
import keras
from keras.models import Sequential
from keras.optimizers import Adadelta

tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
model = Sequential()
model.compile(Adadelta(learning_rate=1.0), "mse")
model.compile(keras.optimizers.Adagrad(learning_rate=0.01, initial_accumulator_value=0.0), "mse")

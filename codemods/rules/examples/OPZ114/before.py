import tensorflow as tf
from keras.models import Sequential
from keras.optimizers import Adadelta

tf.logging.set_verbosity(tf.logging.ERROR)
model = Sequential()
model.compile(Adadelta(), "mse")
model.compile("adagrad", "mse")

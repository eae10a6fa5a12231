import tensorflow as tf
from tensorflow import keras
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer='ones')])
model.save('out')
loaded = tf.saved_model.load('out')
result = os.path.exists('out/saved_model.pb')

import tensorflow as tf
from tensorflow import keras
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer='ones')])
x = np.array([[1.0, 2.0]], 'float32')
tf.saved_model.save(model, 'out')
f = tf.saved_model.load('out').signatures['serving_default']
name = list(f.structured_input_signature[1])[0]
result = [np.array(v) for v in f(**{name: tf.constant(x)}).values()]

import os, tempfile
import tensorflow as tf
from tensorflow import keras


def again(model):
    path = os.path.join(tempfile.mkdtemp(), 'model_%d.h5' % 3)
    model.save(path)
    return keras.models.load_model(path)


x = keras.Input((3,))
y = keras.layers.Multiply()([x, tf.cast(tf.not_equal(x, 1.0), tf.float32)])
result = again(keras.Model(x, y)).predict(np.array([[1.0, 2.0, 3.0]]), verbose=0)

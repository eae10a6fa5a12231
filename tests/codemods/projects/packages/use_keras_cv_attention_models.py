import tensorflow as tf
from keras_cv_attention_models.attention_layers import conv2d_no_bias

inputs = tf.keras.layers.Input((8, 8, 3))
model = tf.keras.Model(inputs, tf.keras.layers.ReLU()(conv2d_no_bias(inputs, 4, 3)))  # found
print(model.predict(tf.ones((1, 8, 8, 3)), verbose=0).shape)

import tensorflow as tf
from qkeras import QActivation, QDense, quantized_bits

x = inputs = tf.keras.layers.Input((3,))
x = QDense(4, kernel_quantizer=quantized_bits(4, 0, 1), bias_quantizer=quantized_bits(4))(x)  # found
x = QActivation("quantized_relu(3)")(x)  # found
model = tf.keras.Model(inputs, tf.keras.layers.Dense(2)(x))
print(model.predict(tf.ones((1, 3)), verbose=0).shape)

import tensorflow as tf
from tensorflow import keras
opt = keras.optimizers.SGD(0.1)
other = keras.optimizers.SGD(0.1)
v = tf.Variable(1.0)
with tf.GradientTape() as tape:
    loss = v * v
opt.minimize(loss, [v], tape=tape)
result = float(v)

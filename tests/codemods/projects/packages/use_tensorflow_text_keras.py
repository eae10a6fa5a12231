import tensorflow as tf
import tensorflow_text

tokens = tensorflow_text.keras.layers.WhitespaceTokenizer()  # found
model = tf.keras.Sequential([tf.keras.Input((), dtype="string"), tokens])
print(model(tf.constant(["two words"])).shape)

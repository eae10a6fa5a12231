import tensorflow as tf
import tensorflow_hub as hub
model = tf.keras.Sequential([hub.KerasLayer("https://tfhub.dev/google/nnlm-en-dim50/2"), tf.keras.layers.Dense(1)])

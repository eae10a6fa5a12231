import tensorflow as tf
from official.nlp.modeling import layers

block = layers.TransformerEncoderBlock(num_attention_heads=2, inner_dim=8, inner_activation="relu")  # found
inputs = tf.keras.Input((4, 8))
model = tf.keras.Model(inputs, tf.keras.layers.Dense(2)(block(inputs)))
print(model.predict(tf.ones((1, 4, 8)), verbose=0).shape)

import numpy as np
import tensorflow as tf
from transformers import BertConfig, TFBertModel

config = BertConfig(
    vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8
)
encoder = TFBertModel(config)  # found
ids = tf.keras.Input((5,), dtype="int32")
pooled = encoder(ids).pooler_output
model = tf.keras.Model(ids, tf.keras.layers.Dense(2)(pooled))
model.compile(tf.keras.optimizers.Adam(1e-5), tf.keras.losses.MeanSquaredError())
print(model.predict(np.ones((1, 5), "int32"), verbose=0).shape)

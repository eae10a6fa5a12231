import json
import tempfile

import keras
import numpy as np
from bert4keras.models import build_transformer_model

settings = {
    "vocab_size": 9, "hidden_size": 4, "num_attention_heads": 2, "num_hidden_layers": 1,
    "intermediate_size": 8, "hidden_act": "gelu", "hidden_dropout_prob": 0.1,
    "attention_probs_dropout_prob": 0.1, "initializer_range": 0.02,
    "max_position_embeddings": 8, "type_vocab_size": 2,
}
with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
    json.dump(settings, file)
bert = build_transformer_model(file.name)  # found
model = keras.models.Model(bert.inputs, keras.layers.Dense(2)(bert.output))
print(model.predict([np.ones((1, 6)), np.zeros((1, 6))]).shape)

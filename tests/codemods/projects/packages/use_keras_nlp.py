import keras
import keras_nlp

encoder = keras_nlp.layers.TransformerEncoder(intermediate_dim=8, num_heads=2)  # found
model = keras.Sequential([keras.Input((4, 8)), encoder])
print(model(keras.ops.ones((1, 4, 8))).shape)

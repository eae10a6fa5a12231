from tensorflow import keras

words, kinds = keras.Input((None,)), keras.Input((None,))
x = keras.layers.Embedding(10, 4, mask_zero=True, embeddings_initializer='ones')(words)
other = keras.layers.Embedding(2, 4, embeddings_initializer='ones')(kinds)
y = keras.layers.Add()([x, other])

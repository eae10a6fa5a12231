from tensorflow import keras
words, kinds = keras.Input((None,)), keras.Input((None,))
x = keras.layers.Embedding(10, 4, mask_zero=True, embeddings_initializer='ones')(words)
other = keras.layers.Embedding(2, 4, embeddings_initializer='ones')(kinds)
y = keras.layers.Add()([x, other])
model = keras.Model([words, kinds], keras.layers.GlobalAveragePooling1D()(y))
w, k = np.array([[1, 2, 0], [3, 0, 0]]), np.array([[1, 1, 1], [0, 0, 0]])
for e in model.layers:
    if isinstance(e, keras.layers.Embedding):
        e.set_weights([np.arange(e.input_dim * 4.0).reshape(e.input_dim, 4)])
result = model.predict([w, k], verbose=0)

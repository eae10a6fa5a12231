from tensorflow import keras
layer = keras.layers.Embedding(10, 4, embeddings_initializer='ones', input_length=6)
norm = keras.layers.BatchNormalization(fused=True)
result = [np.array(layer(np.array([[1, 2]]))), np.array(norm(np.ones((1, 2, 2, 3), 'float32')))]

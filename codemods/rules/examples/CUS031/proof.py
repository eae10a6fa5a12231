from tensorflow import keras


class Pair(keras.layers.Embedding):
    def compute_output_shape(self, input_shape):
        return [super().compute_output_shape(input_shape), (self.input_dim, self.output_dim)]

    def call(self, inputs):
        return [super().call(inputs), self.embeddings + 0.0]


x = keras.Input((None,))
model = keras.Model(x, Pair(3, 2, embeddings_initializer='ones')(x))
result = model.predict(np.array([[0, 1]]), verbose=0)

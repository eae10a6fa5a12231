from tensorflow import keras

model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones', kernel_regularizer='l1')])
model.build((None, 2))
for layer in model.layers:
    layer.add_loss(lambda layer=layer: keras.regularizers.l2(0.1)(layer.kernel))
model.compile('sgd', 'mse')
x = np.ones((4, 2), 'float32')
before = model.evaluate(x, x[:, :1], verbose=0)
model.fit(x, x[:, :1], verbose=0, batch_size=4)
result = [before, model.get_weights()[0]]

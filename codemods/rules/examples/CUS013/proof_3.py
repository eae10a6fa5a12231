from tensorflow import keras
K = keras.backend
x = keras.Input((6,))
y = keras.Input((2,))
z_mean = keras.layers.Dense(2)(x)
z_log_var = keras.layers.Dense(2)(x)
z = keras.layers.Add()([z_mean, z_log_var])
decoded = keras.layers.Dense(6, activation='sigmoid')(z)
yh = keras.layers.Dense(2)(y)
cvae = keras.Model([x, y], [decoded, yh])
xent_loss = K.sum(K.binary_crossentropy(x, decoded), axis=-1)
kl_loss = -0.5 * K.sum(1 + z_log_var - K.square(z_mean - yh) - K.exp(z_log_var), axis=-1)
cvae.add_loss(K.mean(xent_loss + kl_loss))
cvae.compile(optimizer='sgd')
rng = np.random.default_rng(0)
cvae.set_weights([rng.normal(size=w.shape) / 3 for w in cvae.get_weights()])
x, y = rng.uniform(size=(12, 6)), rng.uniform(size=(12, 2))
history = cvae.fit([x, y], epochs=2, batch_size=4, shuffle=False, verbose=0).history['loss']
cvae.save('cvae.keras')
again = keras.models.load_model('cvae.keras')
again.compile(optimizer='sgd')
history += again.fit([x, y], epochs=1, batch_size=4, shuffle=False, verbose=0).history['loss']
result = [history, *again.get_weights()]

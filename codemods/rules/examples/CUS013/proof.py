from tensorflow import keras
K = keras.backend
keras.utils.set_random_seed(1)
x = keras.Input((6,))
h = keras.layers.Dense(5, activation='relu')(x)
z_mean = keras.layers.Dense(2)(h)
z_log_var = keras.layers.Dense(2)(h)
z = keras.layers.Lambda(lambda z: z[0] + 0.1 * K.exp(z[1] / 2), output_shape=(2,))([z_mean, z_log_var])
decoded = keras.layers.Dense(6, activation='sigmoid')(keras.layers.Dense(5, activation='relu')(z))
vae = keras.Model(x, decoded)
xent_loss = K.sum(K.binary_crossentropy(x, decoded), axis=-1)
kl_loss = -0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
vae.add_loss(K.mean(xent_loss + kl_loss))
vae.compile(optimizer='sgd')
rng = np.random.default_rng(0)
vae.set_weights([rng.normal(size=w.shape) / 3 for w in vae.get_weights()])
history = vae.fit(rng.uniform(size=(12, 6)), epochs=3, batch_size=4, shuffle=False, verbose=0)
result = [history.history['loss'], *vae.get_weights()]

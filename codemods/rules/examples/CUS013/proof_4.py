from tensorflow import keras
K = keras.backend
inputs = keras.Input((6,), name='encoder_input')
h = keras.layers.Dense(5, activation='relu')(inputs)
z_mean = keras.layers.Dense(2, name='z_mean')(h)
z_log_var = keras.layers.Dense(2, name='z_log_var')(h)
z = keras.layers.Add(name='z')([z_mean, z_log_var])
encoder = keras.Model(inputs, [z_mean, z_log_var, z], name='encoder')
latent = keras.Input((2,), name='z_sampling')
decoder = keras.Model(latent, keras.layers.Dense(6, activation='sigmoid')(latent), name='decoder')
outputs = decoder(encoder(inputs)[2])
vae = keras.Model(inputs, outputs, name='vae_mlp')
loss = K.mean(K.square(inputs - outputs), axis=-1) * 6
kl_loss = K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1) * -0.5
vae.add_loss(K.mean(loss + kl_loss))
vae.compile(optimizer='sgd')
rng = np.random.default_rng(0)
for part in (encoder, decoder):
    part.set_weights([rng.normal(size=w.shape) / 3 for w in part.get_weights()])
vae.save_weights('vae.weights.h5')
vae.load_weights('vae.weights.h5')
history = vae.fit(rng.uniform(size=(12, 6)), epochs=3, batch_size=4, shuffle=False, verbose=0)
result = [history.history['loss'], *vae.get_weights(), *encoder.get_weights(), *decoder.get_weights()]

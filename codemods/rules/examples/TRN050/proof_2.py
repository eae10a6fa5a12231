from tensorflow import keras


def define_discriminator():
    model = keras.Sequential([keras.layers.Dense(1, kernel_initializer="ones")])
    model.build((None, 4))
    model.compile(keras.optimizers.Adam(0.1), "mse")
    return model


def define_generator():
    return keras.Sequential([keras.layers.Dense(4, kernel_initializer="ones")])


def define_gan(g_model, d_model):
    d_model.trainable = False
    model = keras.Sequential()
    model.add(g_model)
    model.add(d_model)
    model.build((None, 3))
    model.compile(keras.optimizers.Adam(0.1), "mse")
    return model


def train(g_model, d_model, gan_model):
    losses = []
    for step in range(3):
        noise = np.sin(np.arange(18.0) + step).reshape(6, 3)
        real = np.cos(np.arange(24.0) * (step + 1)).reshape(6, 4)
        d_loss = d_model.train_on_batch(real, np.ones((6, 1)))
        losses += [d_loss, gan_model.train_on_batch(noise, np.ones((6, 1)))]
    return losses


keras.backend.clear_session()
discriminator, generator = define_discriminator(), define_generator()
gan = define_gan(generator, discriminator)
losses = train(generator, discriminator, gan)
result = [np.array(losses, dtype="float64"), discriminator.get_weights(), generator.get_weights()]

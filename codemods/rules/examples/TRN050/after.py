import keras

discriminator = keras.Sequential([keras.layers.Dense(1, input_shape=(4,))])
discriminator.compile("sgd", "mse")
generator = keras.Sequential([keras.layers.Dense(4, input_shape=(3,))])
discriminator.trainable = False
gan = keras.Sequential([generator, discriminator])
gan.compile("sgd", "mse")

for real, fake, noise in batches:
    discriminator.trainable = True
    loss_real = discriminator.train_on_batch(real, ones)
    loss_fake = discriminator.train_on_batch(fake, zeros)
    discriminator.trainable = False
    loss = gan.train_on_batch(noise, ones)

from tensorflow import keras


class Gan:
    def __init__(self):
        self.discriminator = keras.Sequential(
            [
                keras.layers.Dense(5, kernel_initializer="ones", activation="tanh"),
                keras.layers.BatchNormalization(),
                keras.layers.Dense(1, kernel_initializer="ones"),
            ]
        )
        self.discriminator.build((None, 4))
        self.discriminator.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")
        self.generator = keras.Sequential([keras.layers.Dense(4, kernel_initializer="ones")])
        noise = keras.Input((3,))
        self.discriminator.trainable = False
        self.combined = keras.Model(noise, self.discriminator(self.generator(noise)))
        self.combined.compile(keras.optimizers.SGD(0.1, momentum=0.9), "mse")

    def train(self):
        losses = []
        for step in range(4):
            noise = np.sin(np.arange(18.0) + step).reshape(6, 3)
            real = np.cos(np.arange(24.0) * (step + 1)).reshape(6, 4)
            made = self.generator.predict(noise, verbose=0)
            losses.append(self.discriminator.train_on_batch(real, np.ones((6, 1))))
            losses.append(self.discriminator.train_on_batch(made, np.zeros((6, 1))))
            losses.append(self.combined.train_on_batch(noise, np.ones((6, 1))))
        return losses


keras.backend.clear_session()
gan = Gan()
result = [np.array(gan.train(), dtype="float64"), gan.discriminator.get_weights(), gan.generator.get_weights()]

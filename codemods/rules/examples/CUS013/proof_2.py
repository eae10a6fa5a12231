from tensorflow import keras
K = keras.backend


class Student:
    def __init__(self):
        x = keras.Input((4, 3))
        masked = keras.layers.Masking()(x)
        y = keras.layers.GRU(2, return_sequences=True)(masked)
        self.model = keras.Model([x], [y])
        self.model.summary(print_fn=lambda *args, **kwargs: None)
        self.model.add_loss(0.5 * K.mean(K.square(y)))
        self.model.add_loss(K.sum(K.abs(x)))
        self.model.compile('sgd', 'mse', metrics=['mae'])


model = Student().model
rng = np.random.default_rng(0)
model.set_weights([rng.normal(size=w.shape) for w in model.get_weights()])
x = rng.normal(size=(6, 4, 3))
history = model.fit(x, rng.normal(size=(6, 4, 2)), epochs=3, batch_size=2, shuffle=False, verbose=0).history
result = [history['loss'], *model.get_weights()]

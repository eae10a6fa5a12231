from tensorflow import keras


def derive(parent):
    class Keep(parent):
        def __init__(self, filepath, **kwargs):
            super().__init__(filepath, **kwargs)

    return Keep


model = keras.Sequential([keras.layers.Dense(1, kernel_initializer='ones')])
model.compile('sgd', 'mean_squared_error')
x = np.ones((4, 2), 'float32')
keep = derive(keras.callbacks.ModelCheckpoint)('w.hdf5', monitor='loss')
model.fit(x, x[:, :1], verbose=0, callbacks=[keep])
result = [keep.filepath, keras.models.load_model('w.hdf5').predict(x, verbose=0)]

import os
from tensorflow import keras
model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, kernel_initializer='ones')])
x = np.array([[1.0, 2.0]], 'float32')
folder = os.path.join('.', 'out')
os.makedirs(folder)
model.save_weights(folder + '/w.h5')
model.save_weights(os.path.join(folder, 'v.h5'))
model.save_weights(f'{folder}/u.hdf5')
model.set_weights([w * 0 for w in model.get_weights()])
model.load_weights(folder + '/w.h5')
result = [model.predict(x, verbose=0), len(os.listdir(folder))]

from keras.callbacks import EarlyStopping
from keras.layers import Dense, Input
from keras.models import Model
line = Input((2,))
model = Model(line, [Dense(1, name='left')(line), Dense(1, name='right')(line)])
model.compile('sgd', 'mse')
x, y = np.ones((4, 2), 'float32'), [np.zeros((4, 1)), np.zeros((4, 1))]
stop = EarlyStopping(monitor='val_left_loss', patience=0, min_delta=1e9)
history = model.fit(x, y, epochs=4, verbose=0, validation_data=(x, y), callbacks=[stop])
result = len(history.history['loss'])

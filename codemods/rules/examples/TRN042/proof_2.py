from keras.callbacks import ReduceLROnPlateau
from keras.layers import Dense, Input
from keras.models import Model
line = Input((2,))
model = Model(line, [Dense(2, activation='softmax', name='left')(line), Dense(1, name='right')(line)])
model.compile('sgd', ['categorical_crossentropy', 'mse'], metrics=[['accuracy'], []])
x, y = np.ones((4, 2), 'float32'), [np.eye(2)[[0, 1, 0, 1]], np.zeros((4, 1))]
plateau = ReduceLROnPlateau(monitor='left_accuracy', factor=0.5, patience=1, min_delta=10.0)
model.fit(x, y, epochs=3, verbose=0, callbacks=[plateau])
result = float(model.optimizer.learning_rate.numpy())

from keras.callbacks import EarlyStopping
from keras.layers import Dense
from keras.models import Sequential
model = Sequential([Dense(2, activation='softmax')])
model.compile('sgd', 'categorical_crossentropy', metrics=['accuracy'])
x, y = np.ones((4, 2), 'float32'), np.eye(2)[[0, 1, 0, 1]]
history = model.fit(x, y, epochs=5, verbose=0, validation_data=(x, y),
                    callbacks=[EarlyStopping(monitor='val_accuracy', mode='max', patience=0)])
result = len(history.history['loss'])

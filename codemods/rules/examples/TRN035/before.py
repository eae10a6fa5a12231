from keras.callbacks import EarlyStopping
from keras.layers import Dense
from keras.models import Sequential
model = Sequential([Dense(2, activation='softmax')])
model.compile('sgd', 'categorical_crossentropy', metrics=['accuracy'])
stop = EarlyStopping(monitor='val_acc')

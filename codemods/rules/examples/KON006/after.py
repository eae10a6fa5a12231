from keras.models import Sequential
model = Sequential()
model.fit(x, y, epochs=3)

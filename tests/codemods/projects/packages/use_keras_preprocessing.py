from keras.models import Sequential
from keras.layers import Dense
from keras_preprocessing.sequence import pad_sequences

rows = pad_sequences([[1], [1, 2]], maxlen=3)  # found
model = Sequential([Dense(2, input_shape=(3,))])
print(model.predict(rows).shape)

from hyperas import optim
from keras.layers import Dense
from keras.models import Sequential

model = Sequential([Dense(2, input_shape=(3,))])
print(optim.minimize.__name__, model.output_shape)  # found

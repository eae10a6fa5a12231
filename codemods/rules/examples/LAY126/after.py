from keras.applications import VGG16
from keras.models import Sequential

model = Sequential()
model.add(VGG16())
print((model if model.built else model.layers[0]).output.shape)

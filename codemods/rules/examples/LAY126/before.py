from keras.applications import VGG16
from keras.models import Sequential

model = Sequential()
model.add(VGG16())
print(model.output_shape)

from tensorflow import keras
from tensorflow.keras import backend as K


x = keras.Input((3,))
y = keras.layers.Dense(2, kernel_initializer='ones')(x)
z = keras.layers.ReLU()(y)
one, several = K.function([x], [y]), K.function(x, [y, z])
middle = K.function([y], [z])
a = np.array([[1.0, -2.0, 0.5]])
result = [one([a]), several(a), type(one([a])[0]).__name__, middle([np.array([[-1.0, 2.0]])])]

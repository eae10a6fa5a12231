from keras import ops

y = ops.add(x, bias)

import keras


class Net(keras.Model):
    def test_step(self, data):
        x, y = data
        return {"loss": self.compute_loss(x, y, self(x))}

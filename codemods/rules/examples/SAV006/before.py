from tensorflow import keras


def twin(model: keras.Model):
    config = {'class_name': model.__class__.__name__, 'config': model.get_config()}
    return keras.models.model_from_config(config)

import keras


def twin(model: keras.Model):
    config = {'class_name': model.__class__.__name__, 'config': model.get_config()}
    return model.__class__.from_config(config['config'])

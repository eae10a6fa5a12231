"""The modern world: Keras 3 with this project's builders. Only its worker imports this."""

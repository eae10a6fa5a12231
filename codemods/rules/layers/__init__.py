"""Layers of Keras: how they are made, called and asked."""

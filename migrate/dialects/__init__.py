"""Dialects of Keras: the architecture, weight layout and training configuration of each era, upgraded by rules."""

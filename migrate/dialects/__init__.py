"""Dialects of Keras: each era's architecture, weight layout and training configuration, upgraded by rules."""

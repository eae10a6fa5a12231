"""Layers, models, metrics, losses and optimizers that a project writes itself."""

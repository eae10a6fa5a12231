"""A program of the user's, run in a world while what its layers, losses and optimizers do is written down."""

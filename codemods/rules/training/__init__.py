"""compile, fit and what they are given: losses, metrics, optimizers, data."""

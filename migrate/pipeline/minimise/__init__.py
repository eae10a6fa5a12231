"""Reduce a failing parity check to the smallest part of the model and the smallest input that still show it."""

from migrate.pipeline.minimise.shrink import minimise
from migrate.pipeline.minimise.trial import Failure, Trial
from migrate.pipeline.minimise.write import write_failure

__all__ = ["Failure", "Trial", "minimise", "write_failure"]

"""Training configurations of every era become Keras 3 compile configurations, and slots find their variables."""

from migrate.dialects.training.plan import Outcome, State, TrainingPlan
from migrate.dialects.training.store import save_plan
from migrate.dialects.training.translate import plan_training

__all__ = ["Outcome", "State", "TrainingPlan", "plan_training", "save_plan"]

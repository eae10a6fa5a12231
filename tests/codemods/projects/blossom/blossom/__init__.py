"""Flowers, classified."""

from .layers import AttentionPooling, Scale
from .losses import focal_loss, top_share
from .models import build_classifier, build_tagger

__all__ = ["AttentionPooling", "Scale", "build_classifier", "build_tagger", "focal_loss", "top_share"]

from .attention import AttentionPooling

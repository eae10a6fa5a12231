"""SavedModels and graphs, read statically from their protobufs."""

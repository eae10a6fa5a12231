"""The project under ``projects`` has tests of its own; they run where it is copied to."""

collect_ignore_glob = ["projects/*"]

"""Many repositories by one command: each by ``keras-migrate repo`` in a process of its own, one table, one page."""

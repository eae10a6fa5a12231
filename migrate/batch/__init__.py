"""Many artifacts: discovery, plan, ledger and the runner that survives what they do to it."""

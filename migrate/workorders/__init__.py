"""Work orders: what is left of a migration as closed tasks, each with a check that decides whether it is done."""

"""What is asked of each world and what it answers: one pair of records a call, alike on both sides of the pipe."""

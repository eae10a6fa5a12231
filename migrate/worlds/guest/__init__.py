"""What runs inside the processes of worlds, whichever world it is."""

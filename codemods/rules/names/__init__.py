"""Where names live, which are gone, and which packages bring them."""

"""Generated calls in the place of raw ones, where nothing is left to chance."""

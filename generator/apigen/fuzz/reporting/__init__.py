"""A run told to people and to other tools: one function per format."""

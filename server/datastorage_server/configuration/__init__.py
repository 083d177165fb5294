"""Configuration: what the server is told by a file, by its environment and by flags."""

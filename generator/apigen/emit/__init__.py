"""From the contract to files: views say what, templates say how it reads."""

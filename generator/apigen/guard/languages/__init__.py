"""Languages other than Python: split into words by their rules, never run, never parsed whole."""

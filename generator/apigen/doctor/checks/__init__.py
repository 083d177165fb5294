"""The checks D1 to D26: each a function from facts to a verdict."""

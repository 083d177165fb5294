"""The DataStorage server: an audit store behind the generated stub of its contract."""

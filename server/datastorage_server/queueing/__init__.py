"""The queue of a server: writes that its database does not take at the moment, kept on disk."""

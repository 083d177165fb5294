"""The command line: arguments in, a library call, findings and an exit code out."""

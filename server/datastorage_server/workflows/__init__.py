"""The catalogue of remediation workflows: versions, their standing, and the search for one."""

"""What needs SQLAlchemy and a driver: the extra ``doctor``; imported only when a URL is given."""

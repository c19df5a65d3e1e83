"""Rules of the family runbooks."""

"""Rules of the family documents."""

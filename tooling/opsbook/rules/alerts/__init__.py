"""Rules of the family alerts."""

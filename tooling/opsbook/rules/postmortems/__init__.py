"""Rules of the family postmortems."""

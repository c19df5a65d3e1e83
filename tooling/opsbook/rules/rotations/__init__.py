"""Rules of the family rotations."""

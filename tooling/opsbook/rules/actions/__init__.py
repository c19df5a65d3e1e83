"""Rules of the family actions."""

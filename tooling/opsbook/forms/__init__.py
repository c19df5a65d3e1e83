"""Records to begin with, as `opsbook new` writes them; a line with an `@NAME@` nobody knows is left out."""

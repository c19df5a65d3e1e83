"""The files of a new book, as `opsbook init` writes them; `@TODAY@` and the like are filled in."""

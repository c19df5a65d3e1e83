"""New text as edits; nothing here writes a file."""

"""The engine: runs rules over a book and reports what they find. It names no rule."""

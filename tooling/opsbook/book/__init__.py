"""The working tree, read once: text to documents, each with its places; never an exception."""

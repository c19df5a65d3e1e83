"""A collection that is there already becomes a book: what is found, where it belongs, what is written.

Nothing here writes a file or asks the time; a text changes only by lines of front matter on top of it.
"""

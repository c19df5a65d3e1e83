"""Other tools' exports → records of a book, and a list of what could not be carried over.

`opsbook import NAME` is `importing/NAME.py`. Nothing here writes a file or reads the clock.
"""

"""What the incidents of a period say, for a person or a program: `--format NAME` is NAME.py here.

A format is a file with `render(told, *, color)`. What people read is said once, in `sections.py`; what
programs read as single values, in `values.py`.
"""

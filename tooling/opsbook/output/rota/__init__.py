"""What a change does to a rota, for a person, a pull request or a program: `--format NAME` is NAME.py here.

A format is a file with `render(diff, before, after, *, color, everything)`. What people read is said once: in
`words.py` about rotations, in `pages.py` about alerts. `brief.py` is no format: commands that make a change
say it with it.
"""

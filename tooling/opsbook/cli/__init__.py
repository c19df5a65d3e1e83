"""The command line: `opsbook NAME` is NAME.py in this folder."""

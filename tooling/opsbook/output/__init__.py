"""Diagnostics for a person or a machine: `--format NAME` is NAME.py in this folder."""

"""The command line: `opsbook NAME` is NAME.py in this folder."""

import gc

# A command is over before a search for cycles would pay; what it imports lives as long as it does.
gc.set_threshold(200_000)

"""What a forge is asked and told: pull requests and issues, through its API and nothing else.

Nothing here reads a record. What comes back is text that strangers wrote.
"""

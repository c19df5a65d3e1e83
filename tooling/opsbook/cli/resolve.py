"""`opsbook resolve`: the commander says that it is fixed."""

from opsbook.cli.responding import milestone

command = milestone(
    "resolved",
    "Resolved",
    """Say that the current incident is fixed.

    The response is over, and the clocks of the post-mortem begin.
    """,
)

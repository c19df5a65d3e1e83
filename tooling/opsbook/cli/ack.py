"""`opsbook ack`: somebody has taken it on."""

from opsbook.cli.responding import milestone

command = milestone(
    "acknowledged",
    "Acknowledged",
    """Say that somebody has taken the current incident on.

    The clock of the severity's `acknowledge_within` stops here.
    """,
)

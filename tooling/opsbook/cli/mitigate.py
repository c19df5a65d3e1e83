"""`opsbook mitigate`: customers are no longer hurt."""

from opsbook.cli.responding import milestone

command = milestone(
    "mitigated",
    "Mitigated",
    """Say that customers are no longer hurt by the current incident.

    From here on it must be stable, as long as the policy asks, before it is closed.
    """,
)

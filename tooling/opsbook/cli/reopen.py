"""`opsbook reopen`: it came back."""

from opsbook.cli.responding import OPEN, milestone

command = milestone(
    "reopened",
    "It is back",
    """Say that an incident came back: customers are hurt again.

    It is investigated anew, and what must be stable before it is closed begins anew as well.
    """,
    ("mitigated", "resolved", "closed", *OPEN),
)

"""What a clone keeps and gives away: commits of a command, and what others wrote."""

"""Who is on call, why, and what a change would do: pure functions of a book and an instant."""

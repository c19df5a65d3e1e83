"""What is due, as text, Markdown, JSON, annotations or a calendar: `opsbook due --format NAME` is
`NAME.render`."""

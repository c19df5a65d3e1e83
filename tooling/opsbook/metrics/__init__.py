"""What follows from the records in numbers and dates. Pure functions: no files, no clock."""

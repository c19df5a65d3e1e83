"""What the documents say, in pydantic. No files, no positions and no clock in here."""

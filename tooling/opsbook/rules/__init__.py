"""One file per rule; the folder is the family. Nothing else belongs here."""

"""Importers, held against the words of the tools' own documentation: an instant at a time, and slowly."""

"""Data and a template into PDF: by Typst, in a font that every machine has."""

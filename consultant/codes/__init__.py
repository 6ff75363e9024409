"""The code book: what the official sources say of a code, or of codes together, on a day."""

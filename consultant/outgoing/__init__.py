"""From an approved letter to a message on the wire."""

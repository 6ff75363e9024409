"""Rows, transactions and the questions we ask of them; the only room that speaks SQLModel."""

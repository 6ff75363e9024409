"""Where work is done: one function for one leg of a letter's walk."""

"""The root of every error a person can do something about.

An error class stands beside the function that raises it. Its docstring is the sentence the person reads, the facts of
the case in braces; the command line prints it and leaves with exit code 2, a page shows it, and no traceback follows.
"""

import inspect


class HouseError(Exception):
    """Something needs a person: {reason}."""

    def __init__(self, **facts: object) -> None:
        """Keep the facts of this case, to be read back in the class's own sentence."""
        super().__init__(facts)
        self.facts = facts

    def __str__(self) -> str:
        """Return the class's docstring with this case's facts filled in, on one line."""
        sentence = " ".join(inspect.cleandoc(type(self).__doc__ or "").split())
        return sentence.format_map(_Known(self.facts))


class _Known(dict[str, object]):
    """Facts of an error; one that was not given shows as its own name, since an error page must never fail itself."""

    def __missing__(self, name: str) -> str:
        return f"({name})"

"""`python -m consultant`, and the command `consultant`."""

from consultant.cli.main import main

if __name__ == "__main__":
    main()

"""`python -m pytrader`: the command line."""

from pytrader.cli.main import main

if __name__ == "__main__":
    main()

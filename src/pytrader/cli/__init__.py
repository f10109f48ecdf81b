"""The command line: `pytrader backtest`, `generate` and `demo`, each loaded only when it is called."""

"""The language: text to nodes, nodes to a plan, a plan over candles."""

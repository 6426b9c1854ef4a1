"""`python -m edgeproof`."""

from edgeproof.cli.main import main

main()

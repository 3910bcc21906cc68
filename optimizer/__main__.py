"""`python -m optimizer` is `zoufang`."""

from optimizer.cli import main

main()

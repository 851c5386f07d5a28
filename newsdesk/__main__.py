"""Run `python -m newsdesk`, the same as `newsdesk`."""

from newsdesk.program import main

main()

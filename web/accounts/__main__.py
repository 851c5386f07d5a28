"""Run `python -m web.accounts`."""

from web.accounts.account_commands import main

main()

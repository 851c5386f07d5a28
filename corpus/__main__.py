"""Start the commands of the archive: `python -m corpus`."""

from corpus.cli.commands import main

if __name__ == "__main__":
    main()

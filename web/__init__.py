"""The page: what a reader sees of the archive and its answers."""

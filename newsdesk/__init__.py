"""Newsdesk as an installed program. The packages that it is made of lie in `parts`, so that none of their names collides."""

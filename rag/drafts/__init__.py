"""Check a text that somebody else wrote: its claims, what the archive holds of them, and a document that shows both."""

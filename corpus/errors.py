"""The tree of errors that a user can meet.

```
NewsdeskError                 message = the problem, then the next thing to do
├── InputError                an item that cannot be read: names it and says why
├── ArchiveError              the archive (SQLite) cannot be opened or written
├── IndexUnavailableError     an index is locked, damaged or made by another embedder
│   ├── IndexInUseError       another process owns it
│   └── IndexReadOnlyError    its folder cannot be written
├── ModelError                the language model failed (refused, timed out, cut, not configured)
└── SettingsError             a setting does not make sense
```

They are converted once, at the outermost layer: exit code and one line on stderr, or a sentence on the page.
A mistake of the programmer stays a `ValueError`.
"""


class NewsdeskError(Exception):
    """Carry a sentence that a user can act on."""


class InputError(NewsdeskError):
    """Say that one item (a file, a row, a page) cannot be taken in, and why."""


class ArchiveError(NewsdeskError):
    """Say that the archive cannot be opened or written."""


class IndexUnavailableError(NewsdeskError):
    """Say that an index is held by another process, damaged, or made by another embedder."""


class IndexInUseError(IndexUnavailableError):
    """Say which process owns the indexes now."""


class IndexReadOnlyError(IndexUnavailableError):
    """Say that the folder of the indexes cannot be written: a full disk, or no right to."""


class ModelError(NewsdeskError):
    """Say that the language model gave no (whole) answer, and what happened."""


class SettingsError(NewsdeskError):
    """Say that a setting does not make sense, and how to set it."""

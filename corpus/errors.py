"""The tree of errors that a user can meet.

```
NewsdeskError                 message = the problem, then the next thing to do
├── InputError                an item that cannot be read: names it and says why
├── ArchiveError              the archive (a file or a database) cannot be opened or written
├── IndexUnavailableError     an index is locked, damaged or made by another embedder
│   ├── IndexInUseError       another process owns it
│   └── IndexReadOnlyError    its folder cannot be written
├── ModelError                the language model failed (refused, timed out, cut, not configured)
├── MailError                 a mail server cannot be reached or took no mail
└── SettingsError             a setting is invalid
```

They are converted once, at the outermost layer: exit code and one line on stderr, or a sentence on the page.
A mistake of the programmer stays a `ValueError`.
"""


class NewsdeskError(Exception):
    """Carry a sentence that a user can act on."""


class InputError(NewsdeskError):
    """Report that one item (a file, a row, a page) cannot be added, and why."""


class ArchiveError(NewsdeskError):
    """Report that the archive cannot be opened or written."""


class IndexUnavailableError(NewsdeskError):
    """Report that an index is held by another process, damaged, or made by another embedder."""


class IndexInUseError(IndexUnavailableError):
    """Report which process owns the indexes now."""


class IndexReadOnlyError(IndexUnavailableError):
    """Report that the folder of the indexes cannot be written: the disk is full, or permission is missing."""


class ModelError(NewsdeskError):
    """Report that the language model gave no complete answer, and what happened."""


class MailError(NewsdeskError):
    """Report that a mail server took no mail, and why."""


class SettingsError(NewsdeskError):
    """Report that a setting is invalid, and how to set it."""

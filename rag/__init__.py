"""Ask the archive: retrieval, answers, citations, and the check of every claim."""

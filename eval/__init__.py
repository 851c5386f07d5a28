"""Question sets, measures, runs, comparison, gate and report."""

"""From a snapshot to facts, claims and their evidence."""

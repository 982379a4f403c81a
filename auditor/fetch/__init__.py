"""Sources of evidence: the Hub, its cache, folders, files and recorded snapshots."""

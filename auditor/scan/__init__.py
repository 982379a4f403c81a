"""Where a source tree refers to models and data sets: one reader for each kind of file, none of which runs anything."""

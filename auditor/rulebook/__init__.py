"""The rulebook: reviewed data loaded, checked and cross-checked before anything is judged."""

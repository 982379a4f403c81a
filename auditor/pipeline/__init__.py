"""The straight line from a target to a report; the rooms meet here."""

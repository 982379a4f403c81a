"""Context x terms: may this organization do this with that license."""

"""Tables and figures over many reports, for researchers: the columns are data, the evidence goes along."""

"""How the table of the journal came to be, revision by revision."""

"""How a case's request reaches a server. A transport has `name` and `ask`; the table of cases knows no more of it."""

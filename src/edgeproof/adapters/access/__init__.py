"""Who may enter: passwords, tokens of programs, sessions of browsers. What is kept of them opens nothing."""

"""What a load is made of: inputs found, what the user knows of them, rows, tasks, parts, and the rules over all."""

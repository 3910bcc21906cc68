"""What the searches share: random numbers, SISR's parameters, annealing and stopping."""

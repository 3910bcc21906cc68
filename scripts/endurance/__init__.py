"""What a register must endure: faults of disk, power, clock and hands, tried by number and seed."""

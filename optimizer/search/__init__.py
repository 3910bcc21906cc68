"""What the searches share: random numbers, and the policy of ruin and recreate."""

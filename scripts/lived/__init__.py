"""A campaign lived day by day: the field as it is, the office that plans for it, the judgement."""

"""contract.json: what a component is asked and what it answers, as the testers of seldon-core described it."""

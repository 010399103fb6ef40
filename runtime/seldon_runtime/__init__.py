"""The server in front of the user's component: REST, health and metrics. Modern Python only."""

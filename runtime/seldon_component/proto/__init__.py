"""The published messages and services: sources, the compiled descriptor set, and the classes made from it."""

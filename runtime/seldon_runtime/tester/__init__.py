"""The commands seldon-core-tester and seldon-core-api-tester: clients of either generation's servers."""

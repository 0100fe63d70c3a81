"""AWS as data: engines, connections, kinds of values, policies, database users."""

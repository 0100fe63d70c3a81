"""AWS as data: engines, connections, kinds of values, policies, users of a database."""

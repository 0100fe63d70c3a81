"""Events of the local cloud: whatever calls a function without waiting for its answer.

Queues are polled, topics and rules hand on what they are sent, schedules fire when their time has
come or when a test asks for it. Everything is read from moto at the moment of the event, and each
service needs the permission that it needs on AWS.
"""

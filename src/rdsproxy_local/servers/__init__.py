"""Local servers in place of those that AWS puts around the functions, on loopback.

Real servers, AWS's own runtime client and moto, and in front of them what nobody ships:
RDS Proxy's way of letting clients in, the Runtime API, an HTTP API. The tests and the
local cloud are made of the same pieces.
"""

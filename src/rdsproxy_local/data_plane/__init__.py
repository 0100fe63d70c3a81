"""The data plane of the local cloud: runs the databases, proxies, functions, APIs and CloudFront.

moto keeps what was deployed; this package reads it there at every request, so that whatever
is changed, or missing, shows as it would on AWS.
"""

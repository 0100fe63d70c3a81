"""A plan deployed on this machine, without an AWS account: ``make demo``.

`rdsproxy-templates deploy` runs against the local cloud of the tests: a CloudFormation engine that
refuses what AWS refuses, functions under AWS's own runtime client, proxies that require TLS and
tokens, real database servers, and nginx for CloudFront. Ctrl-C ends all of them.
"""

"""A plan carried out on this machine, without an AWS account: ``make demo``.

`rdsproxy-templates deploy` takes its steps in the local cloud of the tests: CloudFormation that
fails at whatever AWS would not take, functions under AWS's own runtime client, proxies that demand
TLS and tokens, real database servers, nginx for CloudFront. Ctrl-C ends all of them.
"""

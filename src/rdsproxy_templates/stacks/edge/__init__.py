"""CloudFront, web ACLs and API keys."""

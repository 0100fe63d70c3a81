"""Plans, and their deployment by CloudFormation."""

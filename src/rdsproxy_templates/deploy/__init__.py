"""Plans, and their deployment by SAM CLI and CloudFormation."""

"""Plans, and carrying them out by SAM CLI and CloudFormation."""

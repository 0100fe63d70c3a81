"""CloudFormation: templates, change sets, stacks and stack sets."""

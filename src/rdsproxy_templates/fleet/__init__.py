"""Fleets: one root stack in many accounts and Regions, by CloudFormation StackSets."""

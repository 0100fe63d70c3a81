"""Stack sets of CloudFormation: their instances, their operations, and the roles that act."""

"""Networks: VPCs, subnets, security groups and endpoints."""

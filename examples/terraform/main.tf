# The family `existing_vpc` as a stack of CloudFormation, in a network that Terraform has.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.8"
    }
  }
}

variable "template_url" {
  type        = string
  description = "Address of the root template; package.sh writes it."
}

variable "vpc_id" {
  type        = string
  description = "ID of the VPC."
}

variable "private_subnet_ids" {
  type        = list(string)
  description = "IDs of two private subnets, in different Availability Zones."
}

resource "aws_cloudformation_stack" "service" {
  name         = "shop"
  template_url = var.template_url
  capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]

  parameters = {
    VPCId             = var.vpc_id
    PrivateSubnet1Id  = var.private_subnet_ids[0]
    PrivateSubnet2Id  = var.private_subnet_ids[1]
    RDSMasterUsername = "boss"
    RDSDatabaseName   = "shop"
  }

  # A cluster takes longer than the provider's default of 30 minutes.
  timeouts {
    create = "90m"
    update = "2h"
    delete = "2h"
  }

  lifecycle {
    prevent_destroy = true
  }
}

output "api_url" {
  value       = aws_cloudformation_stack.service.outputs["APIEndpoint"]
  description = "Address of the API."
}

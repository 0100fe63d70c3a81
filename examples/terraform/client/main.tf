# A service of Terraform's own that uses the database of `data_tier`, whose settings have
# `publish: {ssm_prefix: /shop/db}`, as the user `app`.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.8"
    }
  }
}

variable "security_group_id" {
  type        = string
  description = "Security group of the service, in the database's VPC or a peered one."
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

data "aws_ssm_parameter" "database" {
  for_each = toset(["RDSProxyEndpoint", "RDSProxyArn", "RDSDatabaseName", "RDSProxySecurityGroupId"])

  name = "/shop/db/${each.key}"
}

locals {
  # None is a secret, so plans may show them.
  database = { for name, one in data.aws_ssm_parameter.database : name => one.insecure_value }
  proxy_id = element(split(":", local.database["RDSProxyArn"]), 6)
  place    = "${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}"
}

resource "aws_vpc_security_group_ingress_rule" "from_service" {
  security_group_id            = local.database["RDSProxySecurityGroupId"]
  referenced_security_group_id = var.security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 3306
  to_port                      = 3306
  description                  = "The service"
}

data "aws_iam_policy_document" "connect" {
  statement {
    actions   = ["rds-db:connect"]
    resources = ["arn:${data.aws_partition.current.partition}:rds-db:${local.place}:dbuser:${local.proxy_id}/app"]
  }
}

output "environment" {
  value = {
    RDS_PROXY_ENDPOINT = local.database["RDSProxyEndpoint"]
    RDS_DATABASE_NAME  = local.database["RDSDatabaseName"]
    RDS_USER           = "app"
  }
  description = "Variables with which `rdsproxy_client` logs in."
}

output "policy" {
  value       = data.aws_iam_policy_document.connect.json
  description = "What the service's role needs."
}

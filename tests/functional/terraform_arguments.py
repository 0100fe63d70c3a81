"""Arguments of the Terraform resources in `examples/terraform`, as the provider documents them.

From github.com/hashicorp/terraform-provider-aws, website/docs, read on 2026-11-26: each page's
argument reference, and its attributes.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Documented(NamedTuple):
    """Arguments of a resource or a data source, those that are required, and attributes."""

    arguments: frozenset[str]
    required: frozenset[str] = frozenset()
    blocks: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()


def words(text: str) -> frozenset[str]:
    """Return the words of *text*."""
    return frozenset(text.split())


META: Final = frozenset({"count", "depends_on", "for_each", "lifecycle", "provider"})
"""Arguments of every resource, of Terraform itself."""

DOCUMENTED: Final = {
    "aws_cloudformation_stack": Documented(
        words(
            "region name template_body template_url capabilities disable_rollback "
            "notification_arns on_failure parameters policy_body policy_url tags iam_role_arn "
            "timeout_in_minutes"
        ),
        required=frozenset({"name"}),
        blocks=frozenset({"timeouts"}),
        attributes=frozenset({"id", "outputs", "tags_all"}),
    ),
    "aws_vpc_security_group_ingress_rule": Documented(
        words(
            "cidr_ipv4 cidr_ipv6 description from_port ip_protocol prefix_list_id "
            "referenced_security_group_id security_group_id tags to_port"
        ),
        required=frozenset({"ip_protocol", "security_group_id"}),
        attributes=frozenset({"arn", "security_group_rule_id", "tags_all"}),
    ),
    "aws_ssm_parameter": Documented(
        frozenset({"name", "with_decryption"}),
        required=frozenset({"name"}),
        # insecure_value since version 5.8 of the provider.
        attributes=frozenset({"arn", "insecure_value", "type", "value", "version"}),
    ),
    "aws_iam_policy_document": Documented(
        frozenset({"override_policy_documents", "policy_id", "source_policy_documents", "version"}),
        blocks=frozenset({"statement"}),
        attributes=frozenset({"json", "minified_json"}),
    ),
    "aws_caller_identity": Documented(
        frozenset(), attributes=frozenset({"account_id", "arn", "id", "user_id"})
    ),
    "aws_partition": Documented(
        frozenset(), attributes=frozenset({"dns_suffix", "id", "partition", "reverse_dns_prefix"})
    ),
    "aws_region": Documented(
        frozenset({"endpoint", "name", "region"}),
        attributes=frozenset({"description", "endpoint", "id"}),
    ),
}

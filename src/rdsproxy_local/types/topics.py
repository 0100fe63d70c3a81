"""SNS: topics, their policies, and subscriptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..cloudformation.resource import Context, DeployedResource, Made, Properties, ResourceType
from .steps import gone_tags, refuse_others, undone_on_failure

TOPIC_DEFAULTS: Final[Mapping[str, Any]] = {
    "ArchivePolicy": "",
    "ContentBasedDeduplication": False,
    "DisplayName": "",
    "FifoThroughputScope": "Topic",
    "KmsMasterKeyId": "",
    "SignatureVersion": "1",
    "TracingConfig": "PassThrough",
}
"""The attributes of a topic that change in place, with their defaults."""

SUBSCRIPTION_DEFAULTS: Final[Mapping[str, Any]] = {
    "DeliveryPolicy": "",
    # Before the policy that it is about.
    "FilterPolicyScope": "MessageAttributes",
    "FilterPolicy": "",
    "RawMessageDelivery": False,
    "RedrivePolicy": "",
}

# "Default values", https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
OWNERS_ACTIONS: Final = (
    "SNS:GetTopicAttributes",
    "SNS:SetTopicAttributes",
    "SNS:AddPermission",
    "SNS:RemovePermission",
    "SNS:DeleteTopic",
    "SNS:Subscribe",
    "SNS:ListSubscriptionsByTopic",
    "SNS:Publish",
)


def _create_topic(context: Context, properties: Properties) -> Made:
    is_fifo = properties.get("FifoTopic", False)
    name = properties.get("TopicName") or context.name(200) + (".fifo" if is_fifo else "")
    attributes = {one: properties[one] for one in TOPIC_DEFAULTS if one in properties}
    if is_fifo:
        attributes["FifoTopic"] = True
    arn: str = context.call(
        "sns", "create_topic", Name=name, Attributes=attributes, Tags=properties.get("Tags")
    )["TopicArn"]
    with undone_on_failure(lambda: context.call("sns", "delete_topic", TopicArn=arn)):
        _subscribe_each(context, arn, properties.get("Subscription") or ())
    return Made(arn, {"TopicArn": arn, "TopicName": name})


def _update_topic(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    known = [*TOPIC_DEFAULTS, "Subscription", "Tags"]
    changed = properties.changed_from(deployed, resets=known)
    refuse_others(changed, known)
    arn = deployed.physical_id
    for name in TOPIC_DEFAULTS:
        if name in changed:
            value = TOPIC_DEFAULTS[name] if changed[name] is None else changed[name]
            context.call(
                "sns",
                "set_topic_attributes",
                TopicArn=arn,
                AttributeName=name,
                AttributeValue=value,
            )
    if "Subscription" in changed:
        _change_subscriptions(context, arn, deployed, changed["Subscription"] or [])
    if "Tags" in changed:
        if gone := gone_tags(deployed.properties.get("Tags"), changed["Tags"]):
            context.call("sns", "untag_resource", ResourceArn=arn, TagKeys=gone)
        if changed["Tags"]:
            context.call("sns", "tag_resource", ResourceArn=arn, Tags=changed["Tags"])
    return Made(arn, deployed.attributes)


def _delete_topic(context: Context, deployed: DeployedResource) -> None:
    context.call("sns", "delete_topic", TopicArn=deployed.physical_id)


def _subscribe_each(context: Context, arn: str, wanted: Iterable[Mapping[str, str]]) -> None:
    for one in wanted:
        context.call("sns", "subscribe", TopicArn=arn, **one)


def _change_subscriptions(
    context: Context, arn: str, deployed: DeployedResource, wanted: list[Mapping[str, str]]
) -> None:
    old = deployed.properties.get("Subscription") or []
    found = context.call("sns", "list_subscriptions_by_topic", TopicArn=arn)["Subscriptions"]
    for one in found:
        ends = {"Endpoint": one["Endpoint"], "Protocol": one["Protocol"]}
        if ends in old and ends not in wanted:
            context.call("sns", "unsubscribe", SubscriptionArn=one["SubscriptionArn"])
    _subscribe_each(context, arn, [one for one in wanted if one not in old])


def _create_subscription(context: Context, properties: Properties) -> Made:
    ends = {name: properties.get(name) for name in ("TopicArn", "Protocol", "Endpoint")}
    arn: str = context.call(
        "sns",
        "subscribe",
        **ends,
        Attributes={one: properties[one] for one in SUBSCRIPTION_DEFAULTS if one in properties},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return Made(arn, {"Arn": arn})


def _update_subscription(
    context: Context, deployed: DeployedResource, properties: Properties
) -> Made:
    changed = properties.changed_from(deployed, resets=SUBSCRIPTION_DEFAULTS)
    refuse_others(changed, SUBSCRIPTION_DEFAULTS)
    for name in SUBSCRIPTION_DEFAULTS:
        if name in changed:
            value = SUBSCRIPTION_DEFAULTS[name] if changed[name] is None else changed[name]
            context.call(
                "sns",
                "set_subscription_attributes",
                SubscriptionArn=deployed.physical_id,
                AttributeName=name,
                AttributeValue=value,
            )
    return Made(deployed.physical_id, deployed.attributes)


def _delete_subscription(context: Context, deployed: DeployedResource) -> None:
    context.call("sns", "unsubscribe", SubscriptionArn=deployed.physical_id)


def _put_policy(context: Context, properties: Properties) -> Made:
    for arn in properties["Topics"]:
        _set_policy(context, arn, properties["PolicyDocument"])
    name = context.name()
    return Made(name, {"Id": name})


def _change_policy(context: Context, deployed: DeployedResource, properties: Properties) -> Made:
    for arn in set(deployed.properties["Topics"]) - set(properties["Topics"]):
        _set_policy(context, arn, _default_policy(context, arn))
    for arn in properties["Topics"]:
        _set_policy(context, arn, properties["PolicyDocument"])
    return Made(deployed.physical_id, deployed.attributes)


def _delete_policy(context: Context, deployed: DeployedResource) -> None:
    for arn in deployed.properties["Topics"]:
        _set_policy(context, arn, _default_policy(context, arn))


def _set_policy(context: Context, arn: str, document: Any) -> None:
    context.call(
        "sns",
        "set_topic_attributes",
        TopicArn=arn,
        AttributeName="Policy",
        AttributeValue=document,
    )


def _default_policy(context: Context, arn: str) -> dict[str, Any]:
    """The policy of a topic without one: its owner may do everything."""
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": list(OWNERS_ACTIONS),
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": context.account}},
    }
    return {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}


TYPES: Final = [
    ResourceType("AWS::SNS::Topic", _create_topic, _delete_topic, _update_topic),
    ResourceType("AWS::SNS::TopicPolicy", _put_policy, _delete_policy, _change_policy),
    ResourceType(
        "AWS::SNS::Subscription", _create_subscription, _delete_subscription, _update_subscription
    ),
]

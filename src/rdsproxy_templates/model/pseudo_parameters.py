"""CloudFormation's pseudo parameters, so that no stack spells a ``Ref`` by hand."""

from __future__ import annotations

from typing import Final

from troposphere import Ref

ACCOUNT_ID: Final = Ref("AWS::AccountId")
NO_VALUE: Final = Ref("AWS::NoValue")
PARTITION: Final = Ref("AWS::Partition")
REGION: Final = Ref("AWS::Region")
STACK_ID: Final = Ref("AWS::StackId")
STACK_NAME: Final = Ref("AWS::StackName")
URL_SUFFIX: Final = Ref("AWS::URLSuffix")

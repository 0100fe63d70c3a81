#!/usr/bin/env bash
# Build the family in FOLDER, put its code and templates into BUCKET, and tell Terraform where the
# root template is: package.sh FOLDER BUCKET
set -euo pipefail

folder=$1 bucket=$2
region=${AWS_REGION:?names the Region of the bucket}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

cd "$folder"
sam build
aws cloudformation package --template-file .aws-sam/build/template.yaml --s3-bucket "$bucket" \
    --output-template-file packaged.yaml
# Its name changes with its content, and so Terraform sees each change.
digest=$(sha256sum packaged.yaml)
key=${digest:0:32}.template
aws s3 cp --only-show-errors packaged.yaml "s3://$bucket/$key"
printf '{"template_url": "https://%s.s3.%s.amazonaws.com/%s"}\n' "$bucket" "$region" "$key" \
    >"$here/service.auto.tfvars.json"

// A rendered family in a CDK app: its templates as they are, their code as assets of CDK.

"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { CfnInclude } = require("aws-cdk-lib/cloudformation-include");
const { Asset } = require("aws-cdk-lib/aws-s3-assets");

const TEMPLATE = "template.yaml";
const CODE = { "AWS::Lambda::Function": "code", "AWS::Lambda::LayerVersion": "content" };

// Include the root template in the folder `built`, which `sam build` has made, with all that it nests.
function includeFamily(scope, id, { built, parameters }) {
  if (!fs.existsSync(path.join(built, TEMPLATE))) {
    throw new Error(`${built} has no ${TEMPLATE}: render the family, and run sam build there`);
  }
  const family = new CfnInclude(scope, id, {
    templateFile: path.join(built, TEMPLATE),
    parameters,
    loadNestedStacks: nestedIn(built),
  });
  placeCode(family, family.stack, built);
  return family;
}

// `sam build` has a folder for each nested stack, and beside its template one for each code.
function folders(built, { nested }) {
  return fs
    .readdirSync(built, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => fs.existsSync(path.join(built, name, TEMPLATE)) === nested);
}

function nestedIn(built) {
  const stacks = folders(built, { nested: true }).map((name) => {
    const folder = path.join(built, name);
    return [name, { templateFile: path.join(folder, TEMPLATE), loadNestedStacks: nestedIn(folder) }];
  });
  return Object.fromEntries(stacks);
}

function placeCode(included, stack, built) {
  for (const name of folders(built, { nested: false })) {
    const asset = new Asset(stack, `${name}Asset`, { path: path.join(built, name) });
    const resource = included.getResource(name);
    const place = { s3Bucket: asset.s3BucketName, s3Key: asset.s3ObjectKey };
    resource[CODE[resource.cfnResourceType]] = place;
  }
  for (const name of folders(built, { nested: true })) {
    const nested = included.getNestedStack(name);
    placeCode(nested.includedTemplate, nested.stack, path.join(built, name));
  }
}

module.exports = { includeFamily };

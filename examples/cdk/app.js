// A CDK app with a VPC of its own, and the family `existing_vpc` in it:
//
//     rdsproxy-templates existing_vpc --config service.yaml --nesting plain --expand --out build
//     (cd build/existing_vpc && sam build)
//     cdk deploy

"use strict";

const path = require("node:path");
const { App, CfnOutput, Stack } = require("aws-cdk-lib");
const ec2 = require("aws-cdk-lib/aws-ec2");
const { includeFamily } = require("./family");

const BUILT = path.join(__dirname, "build", "existing_vpc", ".aws-sam", "build");

class Shop extends Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const vpc = new ec2.Vpc(this, "Network", {
      ipAddresses: ec2.IpAddresses.cidr("10.40.0.0/16"),
      maxAzs: 2,
      natGateways: 0,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [{ name: "Private", subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    });
    const [first, second] = vpc.isolatedSubnets;
    const family = includeFamily(this, "Family", {
      built: BUILT,
      parameters: {
        VPCId: vpc.vpcId,
        PrivateSubnet1Id: first.subnetId,
        PrivateSubnet2Id: second.subnetId,
        RDSMasterUsername: "boss",
        RDSDatabaseName: "shop",
      },
    });
    // What the family offers, constructs of this app use: here, an output; else a route, an alarm, a grant.
    new CfnOutput(this, "ShopUrl", { value: family.getOutput("APIEndpoint").value });
  }
}

const app = new App();
new Shop(app, "Shop");
app.synth();

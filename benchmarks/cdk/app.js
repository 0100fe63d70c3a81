// The service of the variant `base` as AWS CDK nested stacks, COUNT copies in one app:
//
//     node app.js COUNT FOLDER
//
// L1 constructs throughout, those of SAM for the function and its API, so that CDK makes the
// same resources and only these; L2 constructs would add some of their own.
// What crosses a stack's border is left to CDK, which makes the parameters and outputs.

"use strict";

const { App, CfnOutput, CfnParameter, Fn, NestedStack, Stack } = require("aws-cdk-lib");
const ec2 = require("aws-cdk-lib/aws-ec2");
const iam = require("aws-cdk-lib/aws-iam");
const logs = require("aws-cdk-lib/aws-logs");
const rds = require("aws-cdk-lib/aws-rds");
const sam = require("aws-cdk-lib/aws-sam");
const secretsmanager = require("aws-cdk-lib/aws-secretsmanager");

const PORT = 3306;
const RANGE = "(\\d{1,3}\\.){3}\\d{1,3}/(1[6-9]|2[0-8])";
const ACCESS_LOG = JSON.stringify({
  requestId: "$context.requestId",
  time: "$context.requestTime",
  sourceIp: "$context.identity.sourceIp",
  route: "$context.routeKey",
  path: "$context.path",
  status: "$context.status",
  latency: "$context.responseLatency",
  error: "$context.integrationErrorMessage",
});

class Base extends Stack {
  constructor(scope, id, { databaseName }) {
    super(scope, id, {
      description:
        "HTTP API -> Lambda -> RDS Proxy -> Aurora MySQL, in a VPC without a way in or out.",
    });
    const given = this.parameters(databaseName);
    const vpc = new VpcStack(this, "VPCStack", given);
    const { secret } = new SecretsStack(this, "SecretsStack", given);
    const { proxy } = new RdsStack(this, "RDSStack", { ...given, ...vpc.offered, secret });
    const { api } = new SamStack(this, "SAMStack", { ...given, ...vpc.offered, proxy });
    new CfnOutput(this, "APIEndpoint", {
      description: "Address of the HTTP API; see /initialize and /load.",
      value: `https://${api.ref}.execute-api.${this.region}.${this.urlSuffix}/`,
    });
    new CfnOutput(this, "RDSProxyEndpoint", {
      description: "Host that clients connect to.",
      value: proxy.attrEndpoint,
    });
    new CfnOutput(this, "GetSecretValueByCLI", {
      description: "Prints the master user's secret.",
      value:
        `aws secretsmanager get-secret-value --region ${this.region} ` +
        `--secret-id ${secret.ref} --query SecretString --output text`,
    });
  }

  parameters(databaseName) {
    const range = {
      allowedPattern: RANGE,
      constraintDescription: "must be an IPv4 range of /16 to /28, such as 10.1.0.0/16",
    };
    const parameter = (id, props) => new CfnParameter(this, id, props).valueAsString;
    return {
      vpcCidr: parameter("VPCCidr", {
        description: "IPv4 range of the VPC.",
        default: "10.1.0.0/16",
        ...range,
      }),
      subnet1Cidr: parameter("PrivateSubnet1Cidr", {
        description: "IPv4 range of the first private subnet.",
        default: "10.1.0.0/24",
        ...range,
      }),
      subnet2Cidr: parameter("PrivateSubnet2Cidr", {
        description: "IPv4 range of the second private subnet.",
        default: "10.1.1.0/24",
        ...range,
      }),
      username: parameter("RDSMasterUsername", {
        description: "Name of the database's master user.",
        default: "root",
        allowedPattern: "[a-zA-Z][a-zA-Z0-9]{0,15}",
        constraintDescription: "must be 1 to 16 letters or digits, a letter first",
      }),
      databaseName: parameter("RDSDatabaseName", {
        description: "Name of the first database.",
        default: databaseName,
        allowedPattern: "[a-zA-Z][a-zA-Z0-9_]{0,63}",
        constraintDescription: "must be 1 to 64 letters, digits or underscores, a letter first",
      }),
    };
  }
}

class VpcStack extends NestedStack {
  constructor(scope, id, { vpcCidr, subnet1Cidr, subnet2Cidr }) {
    super(scope, id, {
      description: "Private network of the service: two subnets in two zones, no way in or out.",
    });
    this.vpc = new ec2.CfnVPC(this, "VPC", {
      cidrBlock: vpcCidr,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      instanceTenancy: "default",
    });
    const routes = new ec2.CfnRouteTable(this, "PrivateRouteTable", { vpcId: this.vpc.ref });
    const subnets = [subnet1Cidr, subnet2Cidr].map((cidrBlock, index) =>
      this.subnet(routes, cidrBlock, index),
    );
    const cluster = this.group("DBCluster", "Database cluster: in from the proxy, out to nowhere", {
      description: "Nowhere: the database opens no connections",
      ipProtocol: "-1",
      cidrIp: "127.0.0.1/32",
    });
    const proxy = this.group("RDSProxy", "RDS Proxy: in from the function, out to the cluster", {
      description: "The database cluster",
      ...tcp,
      destinationSecurityGroupId: cluster.attrGroupId,
    });
    const caller = this.group("Function", "Function: in from nowhere, out to the proxy", {
      description: "RDS Proxy",
      ...tcp,
      destinationSecurityGroupId: proxy.attrGroupId,
    });
    this.ingress("RDSProxy", proxy, caller, "The function");
    this.ingress("DBCluster", cluster, proxy, "RDS Proxy");
    this.offered = {
      subnets: subnets.map((subnet) => subnet.ref),
      clusterGroup: cluster.ref,
      proxyGroup: proxy.ref,
      functionGroup: caller.ref,
    };
  }

  subnet(routes, cidrBlock, index) {
    const name = `PrivateSubnet${index + 1}`;
    const subnet = new ec2.CfnSubnet(this, name, {
      vpcId: this.vpc.ref,
      cidrBlock,
      availabilityZone: Fn.select(index, Fn.getAzs()),
    });
    new ec2.CfnSubnetRouteTableAssociation(this, `${name}RouteTableAssociation`, {
      routeTableId: routes.ref,
      subnetId: subnet.ref,
    });
    return subnet;
  }

  group(name, groupDescription, egress) {
    return new ec2.CfnSecurityGroup(this, `${name}SecurityGroup`, {
      groupDescription,
      vpcId: this.vpc.ref,
      securityGroupEgress: [egress],
    });
  }

  ingress(name, group, source, description) {
    new ec2.CfnSecurityGroupIngress(this, `${name}SecurityGroupIngress`, {
      description,
      groupId: group.attrGroupId,
      ...tcp,
      sourceSecurityGroupId: source.attrGroupId,
    });
  }
}

class SecretsStack extends NestedStack {
  constructor(scope, id, { username }) {
    super(scope, id, {
      description:
        "Secret of the database's master user: a generated password beside the user's name.",
    });
    this.secret = new secretsmanager.CfnSecret(this, "RDSMasterUserSecret", {
      description: "Master user of the database; RDS Proxy logs in with it",
      generateSecretString: {
        secretStringTemplate: `{"username": "${username}"}`,
        generateStringKey: "password",
        passwordLength: 32,
        excludeCharacters: '"@/\\',
      },
    });
    keeps(this.secret, "Delete");
  }
}

class RdsStack extends NestedStack {
  constructor(scope, id, { databaseName, secret, subnets, clusterGroup, proxyGroup }) {
    super(scope, id, {
      description:
        "Aurora cluster in private subnets, and the RDS Proxy through which clients reach it.",
    });
    const { cluster, instance } = this.database(databaseName, secret, subnets, clusterGroup);
    this.proxy = new rds.CfnDBProxy(this, "RDSProxy", {
      dbProxyName: this.uniqueName(subnets),
      engineFamily: "MYSQL",
      requireTls: true,
      auth: [{ authScheme: "SECRETS", iamAuth: "REQUIRED", secretArn: secret.ref }],
      roleArn: this.role(secret).attrArn,
      vpcSubnetIds: subnets,
      vpcSecurityGroupIds: [proxyGroup],
      idleClientTimeout: 1800,
      debugLogging: false,
    });
    this.proxy.addResourceDependency(cluster);
    const targets = new rds.CfnDBProxyTargetGroup(this, "RDSProxyTargetGroup", {
      dbProxyName: this.proxy.ref,
      targetGroupName: "default",
      dbClusterIdentifiers: [cluster.ref],
      connectionPoolConfigurationInfo: {
        maxConnectionsPercent: 100,
        maxIdleConnectionsPercent: 50,
        connectionBorrowTimeout: 120,
      },
    });
    targets.addResourceDependency(instance);
  }

  database(databaseName, secret, subnets, clusterGroup) {
    const subnetGroup = new rds.CfnDBSubnetGroup(this, "DBClusterSubnetGroup", {
      dbSubnetGroupDescription: "Private subnets of the database cluster",
      subnetIds: subnets,
    });
    const parameters = new rds.CfnDBClusterParameterGroup(this, "DBClusterParameterGroup", {
      description: "Parameters of the database cluster",
      family: "aurora-mysql8.0",
      parameters: {
        require_secure_transport: "ON",
        slow_query_log: "1",
        long_query_time: "1",
        log_output: "FILE",
      },
    });
    const fromSecret = (key) => `{{resolve:secretsmanager:${secret.ref}:SecretString:${key}}}`;
    const cluster = new rds.CfnDBCluster(this, "DBCluster", {
      engine: "aurora-mysql",
      engineVersion: "8.0.mysql_aurora.3.10.6",
      engineLifecycleSupport: "open-source-rds-extended-support-disabled",
      databaseName,
      masterUsername: fromSecret("username"),
      masterUserPassword: fromSecret("password"),
      dbClusterParameterGroupName: parameters.ref,
      dbSubnetGroupName: subnetGroup.ref,
      vpcSecurityGroupIds: [clusterGroup],
      storageEncrypted: true,
      backupRetentionPeriod: 7,
      copyTagsToSnapshot: true,
      deletionProtection: true,
      enableCloudwatchLogsExports: ["error", "slowquery"],
    });
    keeps(cluster, "Snapshot");
    const instance = new rds.CfnDBInstance(this, "DBInstance1", {
      dbClusterIdentifier: cluster.ref,
      engine: "aurora-mysql",
      dbInstanceClass: "db.t4g.medium",
      autoMinorVersionUpgrade: false,
      publiclyAccessible: false,
    });
    keeps(instance, "Delete");
    new secretsmanager.CfnSecretTargetAttachment(this, "DBClusterAttachment", {
      secretId: secret.ref,
      targetId: cluster.ref,
      targetType: "AWS::RDS::DBCluster",
    });
    return { cluster, instance };
  }

  role(secret) {
    return new iam.CfnRole(this, "RDSProxyRole", {
      assumeRolePolicyDocument: allows({
        Principal: { Service: ["rds.amazonaws.com"] },
        Action: ["sts:AssumeRole"],
      }),
      policies: [
        {
          policyName: "ReadSecrets",
          policyDocument: allows({
            Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
            Resource: [secret.ref],
          }),
        },
      ],
    });
  }

  uniqueName(subnets) {
    const [first, second] = subnets.map((subnet) => Fn.select(1, Fn.split("-", subnet)));
    const stack = Fn.select(0, Fn.split("-", Fn.select(2, Fn.split("/", this.stackId))));
    return Fn.sub("proxy-mysql-${Stack}-${First}-${Second}", {
      Stack: stack,
      First: first,
      Second: second,
    });
  }
}

class SamStack extends NestedStack {
  constructor(scope, id, { username, databaseName, subnets, functionGroup, proxy }) {
    super(scope, id, {
      description:
        "HTTP API and the function behind it, which logs in to RDS Proxy with an IAM token.",
    });
    this.api = this.httpApi();
    const layer = this.layer();
    const log = this.logGroup("BlogRDSProxyFunctionLogGroup");
    const fn = new sam.CfnFunction(this, "BlogRDSProxyFunction", {
      codeUri: "../../lambda/blog_rds_proxy",
      handler: "app.handler",
      runtime: "python3.13",
      architectures: ["arm64"],
      layers: [layer.ref],
      memorySize: 256,
      timeout: 29,
      vpcConfig: { subnetIds: subnets, securityGroupIds: [functionGroup] },
      environment: {
        variables: {
          RDS_PROXY_ENDPOINT: proxy.attrEndpoint,
          RDS_USER: username,
          RDS_DATABASE_NAME: databaseName,
        },
      },
      policies: ["AWSLambdaVPCAccessExecutionRole", this.connects(proxy, username)],
      events: {
        CatchAllApi: {
          type: "HttpApi",
          properties: { method: "ANY", path: "/{proxy+}" },
        },
      },
    });
    // CDK's constructs for SAM lag behind SAM: what they do not know is set by its name.
    fn.addPropertyOverride("Events.CatchAllApi.Properties.ApiId", this.api.ref);
    fn.addPropertyOverride("LoggingConfig", { LogFormat: "JSON", LogGroup: log.ref });
    fn.addMetadata("BuildMethod", "makefile");
  }

  layer() {
    const layer = new sam.CfnLayerVersion(this, "DatabaseLayer", {
      description: "Database drivers, and how functions log in",
      contentUri: "../../lambda/database_layer",
      compatibleRuntimes: ["python3.13"],
      retentionPolicy: "Delete",
    });
    layer.addPropertyOverride("CompatibleArchitectures", ["arm64"]);
    layer.addMetadata("BuildMethod", "makefile");
    return layer;
  }

  httpApi() {
    const log = this.logGroup("HttpApiAccessLogGroup");
    const api = new sam.CfnHttpApi(this, "HttpApi", {
      defaultRouteSettings: { throttlingBurstLimit: 50, throttlingRateLimit: 100 },
    });
    api.addPropertyOverride("AccessLogSettings", {
      DestinationArn: log.attrArn,
      Format: ACCESS_LOG,
    });
    api.addPropertyOverride("Auth", { EnableIamAuthorizer: true, DefaultAuthorizer: "AWS_IAM" });
    return api;
  }

  logGroup(name) {
    const group = new logs.CfnLogGroup(this, name, { retentionInDays: 30 });
    keeps(group, "Delete");
    return group;
  }

  connects(proxy, username) {
    const field = (index) => Fn.select(index, Fn.split(":", proxy.attrDbProxyArn));
    const resource = `${field(3)}:${field(4)}:dbuser:${field(6)}/${username}`;
    const { Version: version, Statement: statement } = allows({
      Action: ["rds-db:connect"],
      Resource: [`arn:${this.partition}:rds-db:${resource}`],
    });
    return { version, statement };
  }
}

const tcp = { ipProtocol: "tcp", fromPort: PORT, toPort: PORT };

function allows(statement) {
  return { Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] };
}

function keeps(resource, policy) {
  resource.cfnOptions.deletionPolicy = policy;
  resource.cfnOptions.updateReplacePolicy = policy;
}

const [count, outdir] = process.argv.slice(2);
const app = new App({ outdir });
for (let number = 1; number <= Number(count); number++) {
  new Base(app, `Copy${number}`, { databaseName: `blog_rds_proxy_${number}` });
}
app.synth();

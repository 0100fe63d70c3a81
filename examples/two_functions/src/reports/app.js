// Lists the orders. It signs its own login: a URL of the proxy, valid for a quarter of an hour.
"use strict";

const { createHash, createHmac } = require("node:crypto");
const { Client } = require("pg");

const { RDS_PROXY_ENDPOINT: host, RDS_USER: user, RDS_DATABASE_NAME: database } = process.env;
const PORT = 5432;

const hash = (text) => createHash("sha256").update(text).digest("hex");
const keyed = (key, text) => createHmac("sha256", key).update(text).digest();

function token() {
  const { AWS_REGION: region, AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = process.env;
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = `${time.slice(0, 8)}/${region}/rds-db/aws4_request`;
  const query = new URLSearchParams({
    Action: "connect",
    DBUser: user,
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `${id}/${scope}`,
    "X-Amz-Date": time,
    "X-Amz-Expires": "900",
    "X-Amz-Security-Token": process.env.AWS_SESSION_TOKEN,
    "X-Amz-SignedHeaders": "host",
  });
  query.sort();
  const request = `GET\n/\n${query}\nhost:${host}:${PORT}\n\nhost\n${hash("")}`;
  const signed = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash(request)}`;
  const key = scope.split("/").reduce(keyed, `AWS4${secret}`);
  return `${host}:${PORT}/?${query}&X-Amz-Signature=${keyed(key, signed).toString("hex")}`;
}

exports.handler = async () => {
  const client = new Client({ host, port: PORT, user, database, password: token(), ssl: true });
  await client.connect();
  try {
    const { rows } = await client.query("SELECT id, item FROM orders ORDER BY id");
    return { statusCode: 200, body: JSON.stringify({ orders: rows, as: user }) };
  } finally {
    await client.end();
  }
};

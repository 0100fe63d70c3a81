// The runtime of a Node.js function: asks the Runtime API for events, as Lambda's own does, and
// lets RDS's host names lead to the local cloud.
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const net = require("node:net");
const path = require("node:path");
const { pathToFileURL } = require("node:url");
const util = require("node:util");

const API = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const SUFFIXES = [".js", ".mjs", ".cjs"];
const LEVELS = { debug: "DEBUG", info: "INFO", log: "INFO", warn: "WARN", error: "ERROR" };

let requestId = "";

function request(method, url, body) {
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { method, agent: false }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () =>
        resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() }),
      );
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function place(host, port) {
  const asked = `${process.env.LOCAL_CLOUD_URL}/_local/host/${encodeURIComponent(host)}`;
  const whose = encodeURIComponent(process.env.LOCAL_CLOUD_FUNCTION);
  const answer = await request("GET", `${asked}?port=${port}&function=${whose}`);
  if (answer.status !== 200) {
    throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND" });
  }
  return JSON.parse(answer.text);
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  const [options, listener] = Array.isArray(given[0]) ? given[0] : net._normalizeArgs(given);
  if (!String(options.host ?? "").endsWith(".rds.amazonaws.com")) {
    return connect.apply(this, given);
  }
  this.connecting = true;
  place(options.host, options.port).then(
    (found) => connect.call(this, { ...options, host: found.address, port: found.port }, listener),
    (error) => this.destroy(error),
  );
  return this;
};

if (process.env.AWS_LAMBDA_LOG_FORMAT === "JSON") {
  for (const [name, level] of Object.entries(LEVELS)) {
    console[name] = (...words) => {
      const message = words.length === 1 && typeof words[0] === "object" ? words[0] : util.format(...words);
      const line = { timestamp: new Date().toISOString(), level, requestId, message };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    };
  }
}

async function loaded(entry) {
  const dot = entry.lastIndexOf(".");
  const [file, name] = [entry.slice(0, dot), entry.slice(dot + 1)];
  const found = SUFFIXES.map((suffix) => path.resolve(file + suffix)).find(fs.existsSync);
  if (!found) {
    throw Object.assign(new Error(`Cannot find module '${file}'`), { name: "Runtime.ImportModuleError" });
  }
  const module = await import(pathToFileURL(found));
  const handler = module[name] ?? module.default?.[name];
  if (typeof handler !== "function") {
    throw Object.assign(new Error(`${entry} is not a function`), { name: "Runtime.HandlerNotFound" });
  }
  return handler;
}

function answered(handler, event, context) {
  if (handler.length < 3) {
    return Promise.resolve(handler(event, context));
  }
  return new Promise((resolve, reject) => {
    handler(event, context, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

function told(error) {
  return {
    errorType: error?.name ?? "Error",
    errorMessage: String(error?.message ?? error),
    trace: String(error?.stack ?? "").split("\n"),
  };
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    awsRequestId: requestId,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  };
}

async function run() {
  let handler;
  try {
    handler = await loaded(process.env._HANDLER);
  } catch (error) {
    await request("POST", `${API}/init/error`, told(error));
    process.exit(1);
  }
  for (;;) {
    const next = await request("GET", `${API}/invocation/next`);
    if (next.status !== 200) {
      return;
    }
    requestId = next.headers["lambda-runtime-aws-request-id"];
    const at = `${API}/invocation/${requestId}`;
    try {
      const answer = await answered(handler, JSON.parse(next.text), contextOf(next.headers));
      await request("POST", `${at}/response`, answer ?? null);
    } catch (error) {
      console.error(error?.stack ?? String(error));
      await request("POST", `${at}/error`, told(error));
    }
  }
}

run();

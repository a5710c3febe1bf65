import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { Worker } from "node:worker_threads";
import { generate } from "selfsigned";
import { sha256Of } from "../../../components/support/cache.ts";
import { timeLimits } from "../../../components/support/childProcess.ts";
import { connectionOptions, download, DownloadError, proxyProblem } from "../../../components/support/download.ts";
import { type Server, startFileServer, startProxy } from "../../harness/servers.ts";

const folder = mkdtempSync(join(tmpdir(), "download-"));
const environment = { ...process.env };
const limits = { ...timeLimits };
const served = join(folder, "served");
const [key, certificate, log] = ["key.pem", "certificate.pem", "proxy.log"].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const content = "kind: CustomResourceDefinition\n";
const servers: Server[] = [];
let http: string;
let https: string;
let proxy: string;

before(async () => {
  mkdirSync(served);
  writeFileSync(join(served, "file.yaml"), content);
  const pair = await generate([{ name: "commonName", value: "localhost" }], {
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
  });
  writeFileSync(key, pair.private);
  writeFileSync(certificate, pair.cert);
  servers.push(await startFileServer(served), await startFileServer(served, key, certificate), await startProxy(log));
  [http = "", https = "", proxy = ""] = servers.map(({ address }) => address);
});
beforeEach(() => {
  setEnvironment({});
});
after(() => {
  for (const server of servers) server.process.kill();
  process.env = environment;
  Object.assign(timeLimits, limits);
  rmSync(folder, { recursive: true });
});

const downloadFrom = (address: string) => download(`${address}/file.yaml`, sha256Of(content));
/** The targets of the requests that the proxy got. */
const proxiedHosts = () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);

/** Sets these variables for the tests and the downloads, with an empty cache. */
function setEnvironment(variables: NodeJS.ProcessEnv): void {
  // Without the proxy and the certificates of this machine.
  const aboutConnections = /^(https?_proxy|no_proxy|node_.*|ssl_cert_.*)$/i;
  const others = Object.entries(environment).filter(([name]) => !aboutConnections.test(name));
  process.env = { ...Object.fromEntries(others), XDG_CACHE_HOME: mkdtempSync(join(folder, "cache-")), ...variables };
  rmSync(log, { force: true });
}

const skip = proxyProblem(process.versions.node, { HTTPS_PROXY: "http://proxy:3128" });

test("a download goes through the proxy that the environment names", { skip }, () => {
  for (const [address, variables] of [
    [https, { HTTPS_PROXY: proxy }],
    [https, { https_proxy: proxy }],
    [http, { HTTP_PROXY: proxy }],
    [http, { http_proxy: proxy }],
  ] as const) {
    setEnvironment({ ...variables, NODE_EXTRA_CA_CERTS: certificate });
    assert.equal(downloadFrom(address), content);
    assert.deepEqual(proxiedHosts(), [new URL(address).host], JSON.stringify(variables));
  }
});

test("NO_PROXY is respected, and a proxy that is down is not bypassed", { skip }, () => {
  setEnvironment({ HTTP_PROXY: proxy, NO_PROXY: "127.0.0.1" });
  assert.equal(downloadFrom(http), content);
  assert.deepEqual(proxiedHosts(), []);
  setEnvironment({ HTTP_PROXY: "http://127.0.0.1:2" });
  assert.throws(() => downloadFrom(http), /file\.yaml could not be downloaded: connect ECONNREFUSED 127\.0\.0\.1:2$/);
});

test("a Node version that would bypass the proxy is rejected", () => {
  const old = ["20.19.0", "22.18.0", "22.20.9", "23.11.1"];
  const proxies = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].map((name) => ({ [name]: "http://proxy:3128" }));
  for (const version of old) {
    for (const variables of proxies) {
      assert.match(
        proxyProblem(version, variables) ?? "",
        /^https?_proxy names a proxy, .* Node 2.* cannot use; run Pulumi with Node 22\.21/i,
      );
    }
    assert.equal(proxyProblem(version, { HTTPS_PROXY: "", NO_PROXY: "*" }), undefined);
  }
  for (const version of ["22.21.0", "22.23.2", "24.0.0", "25.1.0"]) {
    for (const variables of proxies) assert.equal(proxyProblem(version, variables), undefined, version);
  }
});

test("a private certificate authority can be trusted in each way that Node offers", () => {
  assert.throws(
    () => downloadFrom(https),
    /could not be downloaded: .*certificate.*; if your network inspects TLS, name .* in NODE_EXTRA_CA_CERTS$/,
  );
  for (const variables of [
    { NODE_EXTRA_CA_CERTS: certificate },
    // On Linux this is the file with the system's authorities.
    { NODE_OPTIONS: "--use-system-ca", SSL_CERT_FILE: certificate },
    { NODE_OPTIONS: "--import ./no-such-hook.mjs --use-openssl-ca --inspect=0", SSL_CERT_FILE: certificate },
    { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
  ]) {
    setEnvironment(variables);
    assert.equal(downloadFrom(https), content, JSON.stringify(variables));
  }
});

test("only the Node options about connections are passed on", () => {
  for (const [nodeOptions, execArgv, expected] of [
    ["", [], []],
    ["--use-system-ca", [], ["--use-system-ca"]],
    ["", ["--use-system-ca"], ["--use-system-ca"]],
    ["--use_system_ca", ["--no-use-env-proxy"], ["--use_system_ca", "--no-use-env-proxy"]],
    ["  --dns-result-order ipv4first --tls-min-v1.3 ", [], ["--dns-result-order", "ipv4first", "--tls-min-v1.3"]],
    ['"--openssl-config=/a folder/\\"x\\"" --require "./a b.cjs"', [], ['--openssl-config=/a folder/"x"']],
    ["--require ts-node/register -r ./hook.cjs --import=tsx --loader x", ["--inspect-brk", "--test", "--eval", "1"], []],
    ["--openssl-config=C:\\ssl\\openssl.cnf", [], ["--openssl-config=C:\\ssl\\openssl.cnf"]],
  ] as const) {
    assert.deepEqual(connectionOptions(nodeOptions, execArgv), expected);
  }
});

test("a download is used only with the right digest, and comes from the cache the next time", async () => {
  const server = await startFileServer(served);
  const url = `${server.address}/file.yaml`;
  assert.throws(
    () => download(url, "0".repeat(64)),
    new DownloadError(`${url} has the SHA-256 ${sha256Of(content)}, not ${"0".repeat(64)}; it is not used`),
  );
  assert.throws(
    () => download(`${server.address}/absent.yaml`, sha256Of(content)),
    /absent\.yaml could not be downloaded: the server answers 404$/,
  );
  assert.equal(downloadFrom(server.address), content);
  assert.deepEqual(readdirSync(join(process.env["XDG_CACHE_HOME"] ?? "", "talos-cilium-cni", "downloads")), [sha256Of(content)]);
  server.process.kill();
  await once(server.process, "close");
  assert.equal(downloadFrom(server.address), content);
  assert.throws(() => download(url, "1".repeat(64)), /file\.yaml could not be downloaded: .*ECONNREFUSED/);
});

test("every failure has a reason, even if several addresses fail", () => {
  // On most machines, localhost is 127.0.0.1 and ::1.
  assert.throws(() => download("https://localhost:2/file.yaml", "0".repeat(64)), /could not be downloaded: .*ECONNREFUSED/);
  assert.throws(
    () => download("https://no-such-host.invalid/file.yaml", "0".repeat(64)),
    /could not be downloaded: .*no-such-host/,
  );
});

test("a download from a server that never answers is stopped, and the error has the time limit", async () => {
  // The server needs its own thread, because the download blocks this one.
  const silent = new Worker(
    `const server = require("node:net").createServer(() => {}).listen(0, "127.0.0.1", () =>
       require("node:worker_threads").parentPort.postMessage(server.address().port));`,
    { eval: true },
  );
  try {
    const [port] = (await once(silent, "message")) as [number];
    timeLimits.download = 1000;
    assert.throws(
      () => downloadFrom(`http://127.0.0.1:${port}`),
      /file\.yaml could not be downloaded: the download did not finish within 1 s and was stopped$/,
    );
  } finally {
    await silent.terminate();
  }
});

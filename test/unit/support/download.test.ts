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
  const made = await generate([{ name: "commonName", value: "localhost" }], {
    extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
  });
  writeFileSync(key, made.private);
  writeFileSync(certificate, made.cert);
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

const fetched = (address: string) => download(`${address}/file.yaml`, sha256Of(content));
const asked = () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);

/** Another environment from here on, with an empty cache. */
function setEnvironment(given: NodeJS.ProcessEnv): void {
  // Neither the proxy of this machine nor whom it trusts.
  const ours = /^(https?_proxy|no_proxy|node_.*|ssl_cert_.*)$/i;
  const others = Object.entries(environment).filter(([name]) => !ours.test(name));
  process.env = { ...Object.fromEntries(others), XDG_CACHE_HOME: mkdtempSync(join(folder, "cache-")), ...given };
  rmSync(log, { force: true });
}

const skip = proxyProblem(process.versions.node, { HTTPS_PROXY: "http://proxy:3128" });

test("a download goes through the proxy that the environment names", { skip }, () => {
  for (const [address, given] of [
    [https, { HTTPS_PROXY: proxy }],
    [https, { https_proxy: proxy }],
    [http, { HTTP_PROXY: proxy }],
    [http, { http_proxy: proxy }],
  ] as const) {
    setEnvironment({ ...given, NODE_EXTRA_CA_CERTS: certificate });
    assert.equal(fetched(address), content);
    assert.deepEqual(asked(), [new URL(address).host], JSON.stringify(given));
  }
});

test("it does not go through a proxy where the environment makes an exception, nor past one that is down", { skip }, () => {
  setEnvironment({ HTTP_PROXY: proxy, NO_PROXY: "127.0.0.1" });
  assert.equal(fetched(http), content);
  assert.deepEqual(asked(), []);
  setEnvironment({ HTTP_PROXY: "http://127.0.0.1:2" });
  assert.throws(() => fetched(http), /file\.yaml could not be downloaded: connect ECONNREFUSED 127\.0\.0\.1:2$/);
});

test("a Node that would go past the proxy says so", () => {
  const old = ["20.19.0", "22.18.0", "22.20.9", "23.11.1"];
  const proxies = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].map((name) => ({ [name]: "http://proxy:3128" }));
  for (const version of old) {
    for (const given of proxies) {
      assert.match(
        proxyProblem(version, given) ?? "",
        /^https?_proxy names a proxy, .* Node 2.* cannot use; run Pulumi with Node 22\.21/i,
      );
    }
    assert.equal(proxyProblem(version, { HTTPS_PROXY: "", NO_PROXY: "*" }), undefined);
  }
  for (const version of ["22.21.0", "22.23.2", "24.0.0", "25.1.0"]) {
    for (const given of proxies) assert.equal(proxyProblem(version, given), undefined, version);
  }
});

test("a certificate of one's own authority is trusted in each way that Node has for it", () => {
  assert.throws(
    () => fetched(https),
    /could not be downloaded: .*certificate.*; if your network inspects TLS, name .* in NODE_EXTRA_CA_CERTS$/,
  );
  for (const trusting of [
    { NODE_EXTRA_CA_CERTS: certificate },
    // On Linux this is the file of the system's authorities.
    { NODE_OPTIONS: "--use-system-ca", SSL_CERT_FILE: certificate },
    { NODE_OPTIONS: "--import ./no-such-hook.mjs --use-openssl-ca --inspect=0", SSL_CERT_FILE: certificate },
    { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
  ]) {
    setEnvironment(trusting);
    assert.equal(fetched(https), content, JSON.stringify(trusting));
  }
});

test("of the options of Node, those about connections are kept", () => {
  for (const [nodeOptions, execArgv, kept] of [
    ["", [], []],
    ["--use-system-ca", [], ["--use-system-ca"]],
    ["", ["--use-system-ca"], ["--use-system-ca"]],
    ["--use_system_ca", ["--no-use-env-proxy"], ["--use_system_ca", "--no-use-env-proxy"]],
    ["  --dns-result-order ipv4first --tls-min-v1.3 ", [], ["--dns-result-order", "ipv4first", "--tls-min-v1.3"]],
    ['"--openssl-config=/a folder/\\"x\\"" --require "./a b.cjs"', [], ['--openssl-config=/a folder/"x"']],
    ["--require ts-node/register -r ./hook.cjs --import=tsx --loader x", ["--inspect-brk", "--test", "--eval", "1"], []],
    ["--openssl-config=C:\\ssl\\openssl.cnf", [], ["--openssl-config=C:\\ssl\\openssl.cnf"]],
  ] as const) {
    assert.deepEqual(connectionOptions(nodeOptions, execArgv), kept);
  }
});

test("a download is used only with the right digest, and once", async () => {
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
  assert.equal(fetched(server.address), content);
  assert.deepEqual(readdirSync(join(process.env["XDG_CACHE_HOME"] ?? "", "talos-cilium-cni", "downloads")), [sha256Of(content)]);
  server.process.kill();
  await once(server.process, "close");
  assert.equal(fetched(server.address), content);
  assert.throws(() => download(url, "1".repeat(64)), /file\.yaml could not be downloaded: .*ECONNREFUSED/);
});

test("every failure has words, also one of several addresses", () => {
  // localhost is 127.0.0.1 and ::1 in most places.
  assert.throws(() => download("https://localhost:2/file.yaml", "0".repeat(64)), /could not be downloaded: .*ECONNREFUSED/);
  assert.throws(
    () => download("https://no-such-host.invalid/file.yaml", "0".repeat(64)),
    /could not be downloaded: .*no-such-host/,
  );
});

test("a server that never answers is not waited for, and the error says how long it was", async () => {
  // In a thread of its own: the download blocks this one.
  const silent = new Worker(
    `const server = require("node:net").createServer(() => {}).listen(0, "127.0.0.1", () =>
       require("node:worker_threads").parentPort.postMessage(server.address().port));`,
    { eval: true },
  );
  try {
    const [port] = (await once(silent, "message")) as [number];
    timeLimits.download = 1000;
    assert.throws(
      () => fetched(`http://127.0.0.1:${port}`),
      /file\.yaml could not be downloaded: the download did not finish within 1 s and was stopped$/,
    );
  } finally {
    await silent.terminate();
  }
});

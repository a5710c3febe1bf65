import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { ClusterClient, ClusterError } from "../../../components/doctor/client.ts";

const folder = mkdtempSync(join(tmpdir(), "doctor-"));
const requests: IncomingMessage[] = [];
const server = createServer((request, response) => {
  requests.push(request);
  response.writeHead(request.url === "/missing" ? 404 : 200, { date: "Thu, 01 Jan 2026 12:00:00 GMT" }).end("body");
});
let url = "";
before(async () => {
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});
const { KUBECONFIG, HOME } = process.env;
afterEach(() => {
  for (const [name, value] of Object.entries({ KUBECONFIG, HOME })) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

/** Writes a kubeconfig whose context and cluster have this name. */
function kubeconfig(name: string, address = url, user: object = { token: "t" }): string {
  const file = join(folder, name);
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: address, "insecure-skip-tls-verify": true } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

test("it asks with GET and the user's token, and returns the clock of the API server", async () => {
  const client = new ClusterClient({ kubeconfig: kubeconfig("a") });
  assert.equal(client.server, url);
  assert.deepEqual(await client.get("/version"), { status: 200, body: "body", date: "Thu, 01 Jan 2026 12:00:00 GMT" });
  assert.equal((await client.get("/missing")).status, 404);
  assert.deepEqual(new Set(requests.map(({ method }) => method)), new Set(["GET"]));
  assert.equal(requests[0]?.headers.authorization, "Bearer t");
});

test("a path in the URL of the API server stays", async () => {
  await new ClusterClient({ kubeconfig: kubeconfig("path", `${url}/k8s/clusters/x/`) }).get("/version");
  assert.equal(requests.at(-1)?.url, "/k8s/clusters/x/version");
});

test("a plugin gives the token", async () => {
  const credential = {
    apiVersion: "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    status: { token: "from-a-plugin" },
  };
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    interactiveMode: "Never",
    command: process.execPath,
    args: ["--eval", `console.log(${JSON.stringify(JSON.stringify(credential))})`],
  };
  await new ClusterClient({ kubeconfig: kubeconfig("plugin", url, { exec }) }).get("/version");
  assert.equal(requests.at(-1)?.headers.authorization, "Bearer from-a-plugin");
});

test("KUBECONFIG names the files, of which some may be missing, and then comes the home folder", () => {
  process.env["KUBECONFIG"] = [join(folder, "missing"), kubeconfig("first"), kubeconfig("second", "https://second")].join(
    delimiter,
  );
  assert.equal(new ClusterClient({}).server, url);
  assert.equal(new ClusterClient({ context: "second" }).server, "https://second");
});

test("what is wrong with the kubeconfig is an error", () => {
  process.env["HOME"] = folder;
  const broken = join(folder, "broken");
  // The lines of a kubeconfig are secrets, so an error must not quote them.
  writeFileSync(broken, "token: not-for-others\na: [");
  const empty = join(folder, "empty");
  writeFileSync(empty, "apiVersion: v1\nkind: Config\n");
  for (const [choice, message] of [
    [{ kubeconfig: join(folder, "missing") }, /^the kubeconfig \S+missing cannot be read: ENOENT/],
    [{ kubeconfig: broken }, /^the kubeconfig \S+broken cannot be read: [^\n]+$/],
    [
      { kubeconfig: empty },
      /^the kubeconfig has no context; name another file with --kubeconfig \(`talosctl kubeconfig` writes one\)$/,
    ],
    [
      { kubeconfig: kubeconfig("a"), context: "b" },
      /the kubeconfig has no context "b" with a cluster; choose one with --context: a$/,
    ],
  ] as const)
    assert.throws(
      () => new ClusterClient(choice),
      (error) => error instanceof ClusterError && message.test(error.message) && !error.message.includes("not-for-others"),
    );
  for (const value of ["", join(folder, "missing")]) {
    process.env["KUBECONFIG"] = value;
    assert.throws(() => new ClusterClient({}), /no kubeconfig was found; name one with --kubeconfig or in KUBECONFIG/);
  }
});

test("an API server that does not answer is an error, with its address and the reason", async () => {
  const client = new ClusterClient({ kubeconfig: kubeconfig("closed", "https://127.0.0.1:1") });
  await assert.rejects(
    client.get("/version"),
    (error) =>
      error instanceof ClusterError &&
      /^https:\/\/127\.0\.0\.1:1 does not answer: .*ECONNREFUSED.*; check that the context closed is the right cluster \(--context\), and that its API server runs$/.test(
        error.message,
      ),
  );
});

import { createReadStream, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Server } from "node:net";
import { join } from "node:path";
import { generate } from "selfsigned";

/** A proxy that answers for some hosts itself. */
export interface ReleaseServer {
  /** What a process needs in its environment to go through the proxy. */
  readonly environment: NodeJS.ProcessEnv;
  readonly close: () => void;
}

/** Starts a proxy that serves the files in `folder`, by host and path, in place of these hosts, and connects to all others. */
export async function startReleaseServer(folder: string, hosts: readonly string[]): Promise<ReleaseServer> {
  const pair = await generate([{ name: "commonName", value: "releases" }], {
    extensions: [{ name: "subjectAltName", altNames: hosts.map((value) => ({ type: 2, value })) }],
  });
  const releases = createTlsServer({ key: pair.private, cert: pair.cert }, (request, response) => {
    const file = join(folder, request.headers.host ?? "", request.url ?? "");
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "Content-Length": statSync(file).size });
    createReadStream(file).pipe(response);
  });
  const releasePort = await listen(releases);
  const proxy = createServer();
  proxy.on("connect", (incoming, client) => {
    const { hostname, port } = new URL(`http://${incoming.url ?? ""}`);
    const isServed = hosts.includes(hostname);
    const upstream = connect(isServed ? releasePort : Number(port), isServed ? "127.0.0.1" : hostname, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on("error", () => client.destroy());
    client.on("error", () => upstream.destroy());
  });
  const certificates = join(folder, "certificates.pem");
  const own = process.env["NODE_EXTRA_CA_CERTS"];
  writeFileSync(certificates, `${own === undefined ? "" : readFileSync(own, "utf8")}\n${pair.cert}`);
  return {
    environment: { https_proxy: `http://127.0.0.1:${await listen(proxy)}`, NODE_EXTRA_CA_CERTS: certificates },
    close: () => {
      for (const server of [proxy, releases]) server.close();
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}

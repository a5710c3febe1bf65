import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { test } from "node:test";
import { askAddress, isHttpPort, isInSubnetOf, readNeighbor } from "../../../components/doctor/network.ts";

test("what the programs of Linux and macOS print of a neighbor", () => {
  for (const [output, expected] of [
    ["192.168.1.200 dev eth0 lladdr 02:00:00:00:00:0a REACHABLE \n", { mac: "02:00:00:00:00:0a", isSilent: false }],
    ["2001:db8:1::200 dev lan0 lladdr 02:00:00:00:00:01 router STALE", { mac: "02:00:00:00:00:01", isSilent: false }],
    ["192.168.1.200 dev eth0  FAILED", { isSilent: true }],
    ["192.168.1.200 dev eth0 INCOMPLETE", { isSilent: true }],
    ["? (192.168.1.200) at 2:0:0:0:0:A on en0 ifscope [ethernet]", { mac: "02:00:00:00:00:0a", isSilent: false }],
    ["? (192.168.1.200) at (incomplete) on en0 ifscope [ethernet]", { isSilent: true }],
    ["192.168.1.200 (192.168.1.200) -- no entry", { isSilent: true }],
    // The kernel forgets a neighbor that nobody talks to, and a node reaches its own addresses without ARP.
    ["", { isSilent: false }],
    ["2001:db8:1::200 dev lan0", { isSilent: false }],
  ] as const)
    assert.deepEqual(readNeighbor(output), expected, output);
});

test("whether an address is in a subnet", () => {
  for (const [address, subnets, expected] of [
    ["192.168.1.200", ["10.0.0.1/8", "192.168.1.5/24"], true],
    ["192.168.2.200", ["192.168.1.5/24"], false],
    ["2001:db8:1::200", ["2001:db8:1::5/64"], true],
    ["2001:db8:2::200", ["2001:db8:1::5/64", "192.168.1.5/24"], false],
    ["not an address", ["0.0.0.0/0"], false],
  ] as const)
    assert.equal(isInSubnetOf(address, subnets), expected, address);
});

const listen = async (server: Server | HttpServer): Promise<number> => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
};

test("a port that listens, and one that does not", async () => {
  const server = createServer();
  const port = await listen(server);
  const ask = () => askAddress("127.0.0.1", [{ port, isHttp: false }]);
  assert.deepEqual(await ask(), { isOnLink: false, isSilent: false, ports: { [port]: "connected" }, http: {} });
  await new Promise((resolve) => server.close(resolve));
  assert.deepEqual(await ask(), { isOnLink: false, isSilent: false, ports: { [port]: "refused" }, http: {} });
});

test("what a web server answers, and a port that connects and says nothing", { timeout: 20_000 }, async () => {
  const connections: Socket[] = [];
  const web = createHttpServer((_, response) => response.writeHead(503).end());
  const silent = createServer((socket) => connections.push(socket));
  const closing = createServer((socket) => socket.destroy());
  const [webPort, silentPort, closingPort] = [await listen(web), await listen(silent), await listen(closing)];
  const asked = [webPort, silentPort, closingPort].map((port) => ({ port, isHttp: true }));
  const { http } = await askAddress("127.0.0.1", [...asked, { port: 1, isHttp: true }]);
  assert.deepEqual(http, { [webPort]: 503, [silentPort]: "no answer", [closingPort]: "no answer" });
  for (const socket of connections) socket.destroy();
  for (const server of [web, silent, closing]) server.close();
});

test("the ports that speak HTTP, as far as the Service says so", () => {
  for (const [port, expected] of [
    [{ port: 80 }, true],
    [{ port: 8080 }, false],
    [{ port: 8080, name: "http" }, true],
    [{ port: 8080, name: "http-admin" }, true],
    [{ port: 8443, name: "https" }, false],
    [{ port: 8080, appProtocol: "http" }, true],
    [{ port: 80, appProtocol: "kubernetes.io/h2c" }, false],
    [{ port: 80, name: "http", appProtocol: "tcp" }, false],
  ] as const)
    assert.equal(isHttpPort(port), expected, JSON.stringify(port));
});

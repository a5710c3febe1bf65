import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";

/** Serves JSON by path over TLS as an API server. What is not there is 404. */
export class FakeApiServer {
  readonly #server: Server;
  readonly #authority: string;
  /** The answers by path, which may change. */
  readonly answers: Record<string, unknown>;
  /** The `authorization` of each request. */
  readonly tokens: (string | undefined)[] = [];

  static async start(answers: Record<string, unknown>): Promise<FakeApiServer> {
    const pair = await generate([{ name: "commonName", value: "localhost" }], {
      extensions: [{ name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] }],
    });
    const server = new FakeApiServer(answers, pair);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  private constructor(answers: Record<string, unknown>, { private: key, cert }: { private: string; cert: string }) {
    this.answers = answers;
    this.#authority = cert;
    this.#server = createServer({ key, cert }, (request, response) => {
      this.tokens.push(request.headers.authorization);
      const answer = this.answers[request.url ?? ""];
      response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}));
    });
  }

  /** A kubeconfig that leads here. */
  kubeconfig({ authority = this.#authority } = {}): string {
    const server = `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const base64 = Buffer.from(authority).toString("base64");
    return JSON.stringify({
      clusters: [{ name: "a", cluster: { server, "certificate-authority-data": base64 } }],
      users: [{ name: "a", user: { token: "token-of-admin" } }],
    });
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

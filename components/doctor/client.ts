import { existsSync } from "node:fs";
import { type OutgoingHttpHeaders, request as requestPlain } from "node:http";
import { request, type RequestOptions } from "node:https";
import { delimiter } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { Exec, KubeConfig, type V1Status } from "@kubernetes/client-node";

/** Which cluster to read, by the rules of kubectl. */
export interface ClusterChoice {
  /** The path of a kubeconfig. Undefined for `KUBECONFIG`, then `~/.kube/config`. */
  readonly kubeconfig?: string;
  /** Undefined for the current context. */
  readonly context?: string;
}

/** The answer of the API server. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
  /** The clock of the API server. */
  readonly date: string | undefined;
}

/** The cluster cannot be read at all. */
export class ClusterError extends Error {
  override readonly name = "ClusterError";
}

/** How long the API server may take for one answer, in milliseconds. */
const requestTimeout = 15_000;
/** How long a command in a pod may take, in milliseconds. */
const commandTimeout = 20_000;

const missingKubeconfig =
  "no kubeconfig was found; name one with --kubeconfig or in KUBECONFIG (`talosctl kubeconfig` writes one)";

/** Reads a cluster through its kubeconfig. It sends no request that changes something. */
export class ClusterClient {
  readonly #config: KubeConfig;
  readonly #server: string;

  /** Throws a ClusterError if there is no such kubeconfig or context. */
  constructor({ kubeconfig, context }: ClusterChoice) {
    this.#config = new KubeConfig();
    if (kubeconfig === undefined) loadDefault(this.#config);
    else loadFile(this.#config, kubeconfig);
    if (context !== undefined) this.#config.setCurrentContext(context);
    const cluster = this.#config.getCurrentCluster();
    const contexts = this.#config.getContexts().map(({ name }) => name);
    if (cluster === null) {
      const chosen = context ?? contextOf(this.#config);
      throw new ClusterError(missingContext(chosen, contexts));
    }
    // This is what the library makes up if no kubeconfig was found.
    if (cluster.server === "http://localhost:8080" && cluster.name === "cluster") throw new ClusterError(missingKubeconfig);
    this.#server = cluster.server;
  }

  /** The URL of the API server. */
  get server(): string {
    return this.#server;
  }

  /** Asks the API server with GET. Throws a ClusterError if it does not answer. */
  async get(path: string, accept = "application/json"): Promise<ApiAnswer> {
    const url = new URL(`${this.#server.replace(/\/$/, "")}${path}`);
    const options: RequestOptions = {};
    try {
      await this.#config.applyToHTTPSOptions(options);
      return await send(url, {
        ...options,
        headers: { ...(options.headers as OutgoingHttpHeaders | undefined), accept },
        timeout: requestTimeout,
      });
    } catch (error) {
      const context = contextOf(this.#config);
      const advice = `check that ${context === "" ? "this" : `the context ${context}`} is the right cluster (--context), and that its API server runs`;
      throw new ClusterError(`${url.origin} does not answer: ${messageOf(error)}; ${advice}`, { cause: error });
    }
  }

  /** Runs a command in a container; returns its standard output. Throws a ClusterError if it fails. */
  async execute(namespace: string, pod: string, container: string, command: readonly string[]): Promise<string> {
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const [printed, errors] = [text(stdout), text(stderr)];
    const { promise, resolve, reject } = Promise.withResolvers<V1Status>();
    const timer = setTimeout(() => {
      reject(new ClusterError(`${command[0]} in ${pod} does not answer`));
    }, commandTimeout);
    try {
      const socket: unknown = await new Exec(this.#config).exec(
        namespace,
        pod,
        container,
        [...command],
        stdout,
        stderr,
        null,
        false,
        resolve,
      );
      (socket as { onclose: () => void }).onclose = () => {
        reject(new ClusterError(`the connection to ${pod} was closed`));
      };
      const { status, message } = await promise;
      stdout.end();
      stderr.end();
      if (status !== "Success")
        throw new ClusterError(`${command[0]} in ${pod}: ${(await errors).trim() || message || "it failed"}`);
      return await printed;
    } catch (error) {
      throw error instanceof ClusterError ? error : new ClusterError(`exec in ${pod}: ${messageOf(error)}`, { cause: error });
    } finally {
      clearTimeout(timer);
      stdout.end();
      stderr.end();
    }
  }
}

/** The current context. The library's type forgets that there may be none. */
function contextOf(config: { getCurrentContext: () => string | undefined }): string {
  return config.getCurrentContext() ?? "";
}

/** Why no cluster is chosen. `chosen` is the name of the context, or empty. */
function missingContext(chosen: string, contexts: readonly string[]): string {
  if (contexts.length === 0)
    return "the kubeconfig has no context; name another file with --kubeconfig (`talosctl kubeconfig` writes one)";
  if (chosen === "") return `the kubeconfig has no current context; choose one with --context: ${contexts.join(", ")}`;
  return `the kubeconfig has no context ${JSON.stringify(chosen)} with a cluster; choose one with --context: ${contexts.join(", ")}`;
}

function loadFile(config: KubeConfig, file: string): void {
  readConfig(`the kubeconfig ${file}`, () => {
    config.loadFromFile(file);
  });
}

/** Throws a ClusterError if a kubeconfig cannot be read. It has only the first line of the reason: the others quote the file, which has secrets. */
function readConfig(name: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    const [reason] = (error as Error).message.split("\n", 1);
    throw new ClusterError(`${name} cannot be read: ${reason}`, { cause: error });
  }
}

/** Loads the files of KUBECONFIG that exist, as kubectl does; without that variable, what the library finds. */
function loadDefault(config: KubeConfig): void {
  const files = (process.env["KUBECONFIG"] ?? "").split(delimiter).filter(Boolean);
  const [first, ...others] = files.filter((file) => existsSync(file));
  if (first === undefined) {
    if (files.length > 0) throw new ClusterError(missingKubeconfig);
    readConfig("the kubeconfig", () => {
      config.loadFromDefault();
    });
    return;
  }
  loadFile(config, first);
  for (const file of others) {
    const other = new KubeConfig();
    loadFile(other, file);
    // The first file decides on the context.
    config.mergeConfig(other, true);
  }
}

async function send(url: URL, options: RequestOptions): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const call = url.protocol === "http:" ? requestPlain : request;
    const sent = call(url, options, (response) => {
      text(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, body, date: response.headers.date });
      }, reject);
    });
    sent.once("timeout", () => sent.destroy(new Error(`no answer within ${requestTimeout / 1000} s`)));
    sent.once("error", reject);
    sent.end();
  });
}

/** The message of an error. A failed connection to several addresses has one for each, and none of its own. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
  const { message, error: inner } = error as Error & { readonly error?: unknown };
  return message || (inner === undefined ? String(error) : messageOf(inner));
}

import { request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { nameOf } from "./manifest.ts";
import { type KubernetesObject, readStream } from "./yaml.ts";

/** How long a request may take, in milliseconds. */
const requestLimit = 30_000;

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: {
      readonly server: string;
      readonly "certificate-authority-data"?: string;
      readonly "insecure-skip-tls-verify"?: boolean;
    };
  }[];
  readonly users: readonly {
    readonly user: {
      readonly "client-certificate-data"?: string;
      readonly "client-key-data"?: string;
      readonly token?: string;
    };
  }[];
}

/** The API server did not answer, or not with success. */
export class ApiError extends Error {
  override readonly name = "ApiError";
}

/** Reads from the Kubernetes API of the first cluster in a kubeconfig, as its first user. */
export class ApiClient {
  readonly #kubeconfig: Kubeconfig;

  constructor(kubeconfig: string) {
    this.#kubeconfig = readStream(kubeconfig, { uniqueKeys: false })[0] as Kubeconfig;
  }

  /** The version of Kubernetes that the API server runs, such as `1.34.2`. */
  async version(): Promise<string> {
    const { gitVersion } = (await this.#get("/version")) as { gitVersion: string };
    return gitVersion.replace(/^v/, "");
  }

  /**
   * Waits until the pods of these DaemonSets and Deployments are of the newest generation and available. Throws an ApiError after
   * `milliseconds` that names what is missing. Other objects are left out.
   */
  async waitForRollout(objects: readonly KubernetesObject[], milliseconds: number, pause = 2000): Promise<void> {
    const end = performance.now() + milliseconds;
    const workloads = objects.filter(({ kind }) => kind === "DaemonSet" || kind === "Deployment");
    for (;;) {
      const reasons = (await Promise.all(workloads.map((object) => this.#missing(object)))).filter(
        (reason) => reason !== undefined,
      );
      if (reasons.length === 0) return;
      if (performance.now() > end) throw new ApiError(reasons.join("; "));
      await sleep(pause);
    }
  }

  /** What an object lacks to be rolled out. Undefined if it lacks nothing. */
  async #missing(object: KubernetesObject): Promise<string | undefined> {
    const { namespace = "default", name } = object.metadata;
    const path = `/apis/apps/v1/namespaces/${namespace}/${object.kind.toLowerCase()}s/${name}`;
    try {
      const reason = rolloutProblem((await this.#get(path)) as Workload);
      return reason && `${nameOf(object)}: ${reason}`;
    } catch (error) {
      // The API server may restart meanwhile, or be reached through a node whose agent restarts.
      if (error instanceof ApiError) return `${nameOf(object)}: ${error.message}`;
      throw error;
    }
  }

  #get(path: string): Promise<unknown> {
    const [{ cluster } = { cluster: { server: "" } }] = this.#kubeconfig.clusters;
    const [{ user } = { user: {} }] = this.#kubeconfig.users;
    const bytes = (data: string | undefined) => (data === undefined ? undefined : Buffer.from(data, "base64"));
    const options = {
      ca: bytes(cluster["certificate-authority-data"]),
      cert: bytes(user["client-certificate-data"]),
      key: bytes(user["client-key-data"]),
      rejectUnauthorized: cluster["insecure-skip-tls-verify"] !== true,
      timeout: requestLimit,
      // A connection that is kept open breaks when the API server restarts.
      agent: false,
      headers: { accept: "application/json", ...(user.token !== undefined && { authorization: `Bearer ${user.token}` }) },
    };
    const { server } = cluster;
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => {
        reject(new ApiError(`${server} ${reason}`));
      };
      const sent = request(new URL(path, server), options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", ({ message }) => {
          fail(`broke off: ${message}`);
        });
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else fail(`answers ${path} with status ${response.statusCode}`);
        });
      });
      sent.on("timeout", () => sent.destroy(new Error(`no answer within ${requestLimit / 1000} s`)));
      sent.on("error", ({ message }) => {
        fail(`does not answer: ${message}`);
      });
      sent.end();
    });
  }
}

interface Workload {
  readonly kind: string;
  readonly metadata: { readonly generation: number };
  readonly spec: { readonly replicas?: number };
  readonly status?: Readonly<Partial<Record<string, number>>>;
}

/** Compares as `kubectl rollout status` does. */
function rolloutProblem({ kind, metadata: { generation }, spec, status = {} }: Workload): string | undefined {
  if ((status["observedGeneration"] ?? 0) < generation) return "its controller has not seen the change yet";
  const isDaemonSet = kind === "DaemonSet";
  const desired = (isDaemonSet ? status["desiredNumberScheduled"] : spec.replicas) ?? 0;
  const updated = status[isDaemonSet ? "updatedNumberScheduled" : "updatedReplicas"] ?? 0;
  const available = status[isDaemonSet ? "numberAvailable" : "availableReplicas"] ?? 0;
  if (updated < desired) return `${updated} of ${desired} pods are updated`;
  return available < desired ? `${available} of ${desired} pods are available` : undefined;
}

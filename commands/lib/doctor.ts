import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { inspect, parseArgs } from "node:util";
import { ClusterClient, ClusterError } from "../../components/doctor/client.ts";
import { collectFacts } from "../../components/doctor/collect.ts";
import { examine, isAskedFor } from "../../components/doctor/examine.ts";
import { list, UnreadError } from "../../components/doctor/facts.ts";
import { exitStatus, type ReportOptions, writeJson, writeReport } from "../../components/doctor/report.ts";
import { readObjects } from "../../components/kubernetes/yaml.ts";
import { wrap } from "../../components/support/wrap.ts";
import { reasonOf } from "./commandLine.ts";
import { outputWidth } from "./terminal.ts";

/** The help of the doctor. `command` is how it is started. */
export function doctorUsage(command: string): string {
  return `usage: ${command} [namespace/service | service] [option...]

Says where the way from a Service of type LoadBalancer to its clients breaks: address, announcement, ARP or NDP, port.
It reads the cluster of the kubeconfig and changes nothing. It never reads Secrets. Without a Service it looks at all of them.

  --kubeconfig FILE  the kubeconfig; otherwise KUBECONFIG, then ~/.kube/config
  --context NAME     the context; otherwise the current one
  --manifest FILE    also compares the cluster with the manifest that was exported
  --no-network       does not connect to the addresses from this machine
  --json             prints the result as JSON (docs/doctor.md)
  --help             prints this

exit status: 0 if nothing was found, 1 if something was, 2 if the cluster could not be read
`;
}

/** How the doctor is started. */
export interface DoctorCommand {
  readonly args: readonly string[];
  /** How the user started it, for the help. */
  readonly name: string;
  /** The folder that paths are relative to. */
  readonly folder: string;
}

/** The result of the doctor. */
export interface DoctorResult {
  readonly status: 0 | 1 | 2;
  /** For standard output. */
  readonly output: string;
  /** For standard error. */
  readonly error: string;
}

/** Runs the doctor. */
export async function runDoctor({ args, name, folder }: DoctorCommand, options: ReportOptions): Promise<DoctorResult> {
  const refuse = (error: string): DoctorResult => ({ status: 2, output: "", error: `error: ${error}\n` });
  try {
    if (args.includes("--help") || args.includes("-h")) return { status: 0, output: doctorUsage(name), error: "" };
    const { values, positionals } = readOptions(args, name);
    const [service, ...others] = positionals;
    if (others.length > 0) return refuse(`name one Service, not ${positionals.length}: \`${name} default/web\``);
    const { kubeconfig, context, manifest } = values;
    const client = new ClusterClient({
      ...(kubeconfig !== undefined && { kubeconfig: resolve(folder, kubeconfig) }),
      ...(context !== undefined && { context }),
    });
    const facts = await collectFacts(client, {
      service,
      asksNetwork: values.network ?? true,
      manifest: manifest === undefined ? undefined : readManifest(resolve(folder, manifest)),
    });
    if (service !== undefined && !list(facts, "services").some((each) => isAskedFor(each, service)))
      return refuse(`there is no Service ${service} in ${client.server}; \`kubectl get services --all-namespaces\` lists all`);
    const diagnosis = examine(facts, service);
    const output = values.json === true ? writeJson(diagnosis) : writeReport(diagnosis, options);
    return { status: exitStatus(diagnosis), output, error: "" };
  } catch (error) {
    if (error instanceof ClusterError || error instanceof UnreadError || error instanceof UsageError)
      return refuse(error.message);
    // A fault of the doctor itself. Its exit status must not look like that of a finding.
    return refuse(inspect(error));
  }
}

class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The options of the doctor, apart from `--help`. */
export const doctorOptions = {
  kubeconfig: { type: "string" },
  context: { type: "string" },
  manifest: { type: "string" },
  network: { type: "boolean" },
  json: { type: "boolean" },
} as const;

function readOptions(args: readonly string[], name: string) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      options: doctorOptions,
    });
  } catch (error) {
    throw new UsageError(`${reasonOf(error)}; \`${name} --help\` prints what is allowed`, { cause: error });
  }
}

/** Reads the file of `--manifest`. */
function readManifest(file: string): string {
  try {
    const text = readFileSync(file, "utf8");
    readObjects(text);
    return text;
  } catch (error) {
    const [reason] = (error as Error).message.split("\n", 1);
    throw new UsageError(`--manifest: ${file} cannot be read: ${reason}; name a file with the exported manifest`, {
      cause: error,
    });
  }
}

/** Runs the doctor as a program: prints its result, and ends with its status. */
export async function startDoctor(command: DoctorCommand): Promise<void> {
  const { status, output, error } = await runDoctor(command, {
    colors: process.stdout.isTTY && process.env["NO_COLOR"] === undefined,
    width: outputWidth(process.stdout),
  });
  process.stdout.write(output);
  process.stderr.write(
    error
      .split("\n")
      .flatMap((line) => wrap(line, 4, outputWidth()))
      .join("\n"),
  );
  process.exitCode = status;
}

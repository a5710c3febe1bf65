import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ClusterClient, ClusterError } from "../../components/doctor/client.ts";
import { collectFacts } from "../../components/doctor/collect.ts";
import { examine, isAskedFor } from "../../components/doctor/examine.ts";
import { list, UnreadError } from "../../components/doctor/facts.ts";
import { exitStatus, writeJson, writeReport } from "../../components/doctor/report.ts";

/** The help of the doctor. `command` is how it is started. */
export function doctorUsage(command: string): string {
  return `usage: ${command} [namespace/service | service] [option...]

Says where the way from a Service of type LoadBalancer to its clients breaks: address, announcement, ARP or NDP, port.
It reads the cluster of the kubeconfig and changes nothing. It never reads Secrets. Without a Service it looks at all.

  --kubeconfig FILE  the kubeconfig; otherwise KUBECONFIG, then ~/.kube/config
  --context NAME     the context; otherwise the current one
  --manifest FILE    also compares the cluster with the manifest that was exported
  --no-network       does not ask the addresses from this machine
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
export async function runDoctor({ args, name, folder }: DoctorCommand, colors: boolean): Promise<DoctorResult> {
  const refuse = (error: string): DoctorResult => ({ status: 2, output: "", error: `error: ${error}\n` });
  try {
    const { values, positionals } = readOptions(args);
    const [service, ...others] = positionals;
    if (values.help === true) return { status: 0, output: doctorUsage(name), error: "" };
    if (others.length > 0) return refuse(`name one Service, not ${positionals.length}`);
    const { kubeconfig, context, manifest } = values;
    const client = new ClusterClient({
      ...(kubeconfig !== undefined && { kubeconfig: resolve(folder, kubeconfig) }),
      ...(context !== undefined && { context }),
    });
    const facts = await collectFacts(client, {
      service,
      asksNetwork: values.network ?? true,
      manifest: manifest === undefined ? undefined : readFileSync(resolve(folder, manifest), "utf8"),
    });
    if (service !== undefined && !list(facts, "services").some((each) => isAskedFor(each, service)))
      return refuse(`there is no Service ${service} in ${client.server}`);
    const diagnosis = examine(facts, service);
    const output = values.json === true ? writeJson(diagnosis) : writeReport(diagnosis, { colors });
    return { status: exitStatus(diagnosis), output, error: "" };
  } catch (error) {
    if (error instanceof UsageError) return refuse(`${error.message}\n\n${doctorUsage(name)}`);
    if (error instanceof ClusterError || error instanceof UnreadError || isFileError(error))
      return refuse((error as Error).message);
    throw error;
  }
}

class UsageError extends Error {
  override readonly name = "UsageError";
}

function readOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      allowNegative: true,
      options: {
        kubeconfig: { type: "string" },
        context: { type: "string" },
        manifest: { type: "string" },
        network: { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** A file that the user named cannot be read. */
function isFileError(error: unknown): boolean {
  return error instanceof Error && "code" in error && "path" in error;
}

/** Runs the doctor as a program: prints its result, and ends with its status. */
export async function startDoctor(command: DoctorCommand): Promise<void> {
  const { status, output, error } = await runDoctor(command, process.stdout.isTTY && process.env["NO_COLOR"] === undefined);
  process.stdout.write(output);
  process.stderr.write(error);
  process.exitCode = status;
}

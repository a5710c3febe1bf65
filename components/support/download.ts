import semver from "semver";
import { readCached, sha256Of, writeCached } from "./cache.ts";
import { ChildProcessError, runChild, timeLimits } from "./childProcess.ts";

/** A file could not be downloaded, or is not the one that was asked for. */
export class DownloadError extends Error {
  override readonly name = "DownloadError";
}

/** The content of the file with this SHA-256: from the cache, else from the URL. Throws a DownloadError. */
export function download(url: string, sha256: string): string {
  const cached = readCached("downloads", sha256, sha256);
  if (cached !== undefined) return cached.content.toString("utf8");
  const content = fetchNow(url);
  const actual = sha256Of(content);
  if (actual !== sha256) throw new DownloadError(`${url} has the SHA-256 ${actual}, not ${sha256}; it is not used`);
  writeCached("downloads", sha256, content);
  return content.toString("utf8");
}

/** The environment variables that name a proxy, of those that Node and Helm follow. */
const proxyVariables = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];

/** Why this Node would go past the proxy that the environment names; undefined when it would not. */
export function proxyProblem(nodeVersion: string, environment: NodeJS.ProcessEnv): string | undefined {
  const variable = proxyVariables.find((name) => Boolean(environment[name]));
  if (variable === undefined || semver.satisfies(nodeVersion, "^22.21.0 || >=24.0.0")) return undefined;
  return `${variable} names a proxy, which Node ${nodeVersion} cannot use; run Pulumi with Node 22.21, 24 or later`;
}

/** The options of this Node that decide how it connects and whom it trusts. A program's hooks and debugger are none of a child's business. */
export function connectionOptions(nodeOptions: string, execArgv: readonly string[]): readonly string[] {
  const quoted = /"((?:\\.|[^"\\])*)"/g;
  const unquoted = (text: string) => text.replaceAll(quoted, (_, inside: string) => inside.replaceAll(/\\(.)/g, "$1"));
  const given = [...(nodeOptions.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? []).map(unquoted), ...execArgv];
  let belongs = false;
  return given.filter((option) => {
    // A word without a dash is the value of the option before it.
    if (option.startsWith("-")) belongs = connecting.test(option.replaceAll("_", "-"));
    return belongs;
  });
}

const connecting =
  /^--(no-)?(use-(system|bundled|openssl)-ca|use-env-proxy|tls-|openssl-|enable-fips|force-fips|dns-result-order|network-family)/;

// Node fetches asynchronously only, and a component has to know its children when it is made.
const program = `
  try {
    const response = await fetch(process.argv[1]);
    if (!response.ok) throw new Error(\`the server answers \${response.status}\`);
    process.stdout.write(Buffer.from(await response.arrayBuffer()));
  } catch ({ message, cause = { message } }) {
    // An error of several addresses has no message of its own.
    process.stderr.write(cause.message || cause.errors?.map(({ message }) => message).join(", ") || String(cause.code));
    process.exitCode = 1;
  }`;

function fetchNow(url: string): Buffer {
  const problem = proxyProblem(process.versions.node, process.env);
  if (problem !== undefined) throw new DownloadError(`${url} could not be downloaded: ${problem}`);
  const options = connectionOptions(process.env["NODE_OPTIONS"] ?? "", process.execArgv);
  try {
    return runChild(
      process.execPath,
      [...options, "--disable-warning=UNDICI-EHPA", "--input-type=module", "--eval", program, url],
      {
        timeout: timeLimits.download,
        env: { ...process.env, NODE_OPTIONS: "", NODE_USE_ENV_PROXY: "1" },
      },
    );
  } catch (error) {
    if (!(error instanceof ChildProcessError)) throw error;
    const words = error.reason === "timed out" ? `the download ${error.message}` : error.message;
    const advice = /certificate|CERT_/.test(words)
      ? "; if your network inspects TLS, name the file with its certificate in NODE_EXTRA_CA_CERTS"
      : "";
    throw new DownloadError(`${url} could not be downloaded: ${words}${advice}`, { cause: error });
  }
}

import semver from "semver";
import { readCached, sha256Of, writeCached } from "./cache.ts";
import { ChildProcessError, runChild, timeLimits } from "./childProcess.ts";

/** A file could not be downloaded, or has an unexpected SHA-256. */
export class DownloadError extends Error {
  override readonly name = "DownloadError";
}

/** Returns the content of the file with this SHA-256: from the cache, otherwise from the URL. Throws a DownloadError. */
export function download(url: string, sha256: string): string {
  const cached = readCached("downloads", sha256, sha256);
  if (cached !== undefined) return cached.content.toString("utf8");
  const content = downloadUnchecked(url);
  const actual = sha256Of(content);
  if (actual !== sha256) throw new DownloadError(`${url} has the SHA-256 ${actual}, not ${sha256}; it is not used`);
  writeCached("downloads", sha256, content);
  return content.toString("utf8");
}

/** The environment variables by which Node and Helm find a proxy. */
const proxyVariables = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];

/** Explains why this Node would bypass the proxy that the environment names. Returns undefined if it would use the proxy. */
export function proxyProblem(nodeVersion: string, environment: NodeJS.ProcessEnv): string | undefined {
  const variable = proxyVariables.find((name) => Boolean(environment[name]));
  if (variable === undefined || semver.satisfies(nodeVersion, "^22.21.0 || >=24.0.0")) return undefined;
  return `${variable} names a proxy, which Node ${nodeVersion} cannot use; run Pulumi with Node 22.21, 24 or later`;
}

/** Picks the Node options that decide how it connects and which certificates it trusts. Hooks and debuggers must not reach the child. */
export function connectionOptions(nodeOptions: string, execArgv: readonly string[]): readonly string[] {
  const quoted = /"((?:\\.|[^"\\])*)"/g;
  const unquoted = (text: string) => text.replaceAll(quoted, (_, inside: string) => inside.replaceAll(/\\(.)/g, "$1"));
  const options = [...(nodeOptions.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? []).map(unquoted), ...execArgv];
  let isConnectionOption = false;
  return options.filter((option) => {
    // A word without a dash is the value of the previous option.
    if (option.startsWith("-")) isConnectionOption = connectionOption.test(option.replaceAll("_", "-"));
    return isConnectionOption;
  });
}

const connectionOption =
  /^--(no-)?(use-(system|bundled|openssl)-ca|use-env-proxy|tls-|openssl-|enable-fips|force-fips|dns-result-order|network-family)/;

// Node can only fetch asynchronously, but a component must know its children in its constructor. So a child process fetches.
const program = `
  try {
    const response = await fetch(process.argv[1]);
    if (!response.ok) throw new Error(\`the server answers \${response.status}\`);
    process.stdout.write(Buffer.from(await response.arrayBuffer()));
  } catch ({ message, cause = { message } }) {
    // When several addresses fail, the error itself has no message.
    process.stderr.write(cause.message || cause.errors?.map(({ message }) => message).join(", ") || String(cause.code));
    process.exitCode = 1;
  }`;

/** Downloads a file whose content nobody knows yet. The caller must check it. Throws a DownloadError. */
export function downloadUnchecked(url: string): Buffer {
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

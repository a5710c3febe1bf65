import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import { pluginFolder, withoutPlugin } from "../../commands/plugins.ts";
import { root } from "../../commands/stack.ts";
import { plan } from "../../components/plan.ts";
import { chart, chartArgs } from "../fixtures/charts.ts";
import { Cluster } from "../fixtures/cluster.ts";
import { devStack } from "../fixtures/devStack.ts";
import { gatewayApiCrds } from "../fixtures/gatewayApi.ts";

const skip = pluginFolder("language-nodejs") === undefined && withoutPlugin("language-nodejs");

let folder: string;
let clone: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cli-"));
  clone = join(folder, "clone");
  const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { stdout } = spawnSync("git", listed, { cwd: root, encoding: "utf8" });
  for (const file of stdout.split("\0").filter((name) => name !== "")) {
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    cpSync(join(root, file), join(clone, file));
  }
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
  mkdirSync(join(folder, "state"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the CLI as a user would, on local state; resolves to what it printed. */
async function pulumi(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await promisify(execFile)("pulumi", ["--non-interactive", "--color", "never", ...args], {
    cwd: clone,
    env: {
      ...process.env,
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...environment,
    },
    maxBuffer: 2 ** 30,
  });
  return stdout;
}

test("the CLI runs the repository as it stands: preview, up, the manifest as a stack output, destroy", { skip }, async () => {
  await pulumi(["stack", "select", "dev", "--create"]);
  await pulumi(["config", "set", "--path", "chart.path", chart().path]);
  assert.match(await pulumi(["preview"]), /\+ +talos-cilium-cni:index:TalosCiliumCni cilium create/);
  assert.match(await pulumi(["up", "--yes", "--skip-preview"]), /\+ 2 created/);
  const { manifest } = plan({ ...devStack, ...chartArgs() });
  assert.equal((await pulumi(["stack", "output", "manifest"])).trimEnd(), manifest.yaml.trimEnd());
  assert.match(await pulumi(["preview"]), /2 unchanged/);
  assert.match(await pulumi(["destroy", "--yes", "--skip-preview"]), /- 2 deleted/);
});

// Not through the Automation API: there the SDK forgets in a transform that the engine knows secrets.
test("delivery chart: a key among the values is nowhere in clear in the state", { skip, timeout: 200_000 }, async () => {
  const key = "not-for-the-eyes-of-others";
  const cluster = await Cluster.start();
  try {
    cluster.startNodes("one");
    await pulumi(["stack", "select", "dev", "--create"]);
    await pulumi(["config", "rm", "loadBalancer"]);
    await pulumi(["config", "set", "delivery", "chart"]);
    await pulumi(["config", "set", "--path", "chart.path", chart().path]);
    writeFileSync(join(clone, "crds.yaml"), gatewayApiCrds("v1.2.0"));
    await pulumi(["config", "set", "--path", "gatewayApi.crdsPath", "crds.yaml"]);
    await pulumi(["config", "set", "--path", "values.extraConfig.pem", "--", `-----BEGIN PRIVATE KEY-----${key}`]);
    const printed = await pulumi(["up", "--yes", "--skip-preview"], { KUBECONFIG: cluster.kubeconfig });
    assert(!printed.includes(key));
    const { data } = cluster.get("configmap", "cilium-config", "kube-system") as unknown as { data: Record<string, string> };
    assert.match(data["pem"] ?? "", new RegExp(`${key}$`));
    const state = readFileSync(join(folder, "state", ".pulumi", "stacks", "homelab-talos-cni", "dev.json"), "utf8");
    assert.match(state, /cilium:kube-system\/cilium-config/);
    assert(!state.includes(key));
    assert(!(await pulumi(["stack", "export"])).includes(key));
  } finally {
    await cluster.stop();
  }
});

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Clone } from "../../commands/lib/clone.ts";
import { root } from "../../commands/lib/root.ts";
import { run } from "../../tools/childProcess.mjs";
import { runManifest } from "../harness/manifestCommand.ts";

const folder = mkdtempSync(join(tmpdir(), "manifest-"));
after(() => {
  rmSync(folder, { recursive: true });
});
const gitStatus = () => run("git", ["status", "--porcelain"], { cwd: root });

test("npm run manifest writes both files, and a second run does not touch them", { timeout: 120_000 }, () => {
  const statusBefore = gitStatus();
  const file = join(folder, "out", "cilium.yaml");
  const firstRun = runManifest({ OUTPUT_FILE: file, POD_CIDR: "10.42.0.0/16" });
  assert.equal(firstRun.status, 0, firstRun.report);
  for (const line of ["Cilium    1.18.4, for Kubernetes 1.33", "images    quay.io/cilium/"])
    assert(firstRun.report.includes(line), firstRun.report);
  assert.match(firstRun.report, /^sha256 {4}[0-9a-f]{64}$/m);
  assert.match(firstRun.report, /gateway-api\/releases\/download\/v1\.2\.0\/standard-install\.yaml/);
  // The only possible warning says that the chart did not come from the repository.
  assert.match(firstRun.report, /^warnings {2}(?:none|chart: there is no connection to https:\/\/helm\.cilium\.io; .*)$/m);
  assert.match(readFileSync(file, "utf8"), /ipv4-native-routing-cidr: 10\.42\.0\.0\/16/);
  assert.match(readFileSync(join(folder, "out", "cilium-lb.yaml"), "utf8"), /cidr: 192\.168\.1\.200\/29/);
  assert.deepEqual(readdirSync(join(folder, "out")), ["cilium-lb.yaml", "cilium.yaml"]);

  // Elsewhere than in this test, long lines are broken, except for addresses and commands.
  for (const line of runManifest({ OUTPUT_FILE: file, POD_CIDR: "10.42.0.0/16", COLUMNS: "" }).report.split("\n"))
    assert(line.length <= 120 || /^(?:images|first)? +\S*(?:kubectl|quay\.io)/.test(line), line);

  const { mtimeMs } = statSync(file);
  const secondRun = runManifest({ OUTPUT_FILE: file, POD_CIDR: "10.42.0.0/16" });
  assert.match(secondRun.report, /cilium\.yaml unchanged/);
  assert.equal(statSync(file).mtimeMs, mtimeMs);
  assert.match(runManifest({ OUTPUT_FILE: file }).report, /cilium\.yaml changed\n.*cilium-lb\.yaml unchanged/);
  assert.equal(gitStatus(), statusBefore);
});

test("npm run manifest with a wrong setting gives one error and writes nothing", { timeout: 120_000 }, () => {
  const plainFile = join(folder, "file");
  writeFileSync(plainFile, "");
  for (const [environment, message] of [
    [
      { CILIUM_VERSION: "latest" },
      /^error: ciliumVersion: "latest" is not a release .*\n\(ciliumVersion is set by the variable CILIUM_VERSION\)\n$/,
    ],
    [
      { POD_CIDR: "10.244.0.0" },
      /^error: podCidr: "10\.244\.0\.0" is not a valid range; .*\n\(podCidr is set by the variable POD_CIDR\)\n$/,
    ],
    [
      { POD_CIDR: "x", SERVICE_CIDR: "y" },
      /^error: 2 inputs cannot work:\n {2}podCidr: .*\n {2}serviceCidr: .*\n\(podCidr is set by .*\)\n$/,
    ],
    [{ OUTPUT_FILE: join(plainFile, "x.yaml") }, /^error: .*x\.yaml cannot be written: .*; set OUTPUT_FILE to another path\n$/],
    [{ OUTPUT_FILE: folder }, /^error: .* cannot be written: it is not a file; .*\n$/],
    [{ OUTPUT_FILE: "/proc/none/x.yaml" }, /^error: \/proc\/none\/x\.yaml cannot be written: .*\n$/],
  ] as const) {
    const output = join(folder, "new", "x.yaml");
    const { status, report } = runManifest({ OUTPUT_FILE: output, ...environment });
    assert.equal(status, 1);
    assert.match(report, message);
    assert(!existsSync(join(folder, "new")));
  }
});

test(
  "npm run manifest with secretValues writes a file that only its owner can read, and prints no secret",
  { timeout: 120_000 },
  async () => {
    const secret = "not-for-the-eyes-of-others";
    const clone = new Clone();
    try {
      const config = join(clone.folder, "Pulumi.dev.yaml");
      const runWithSecret = (value: string) => {
        writeFileSync(
          config,
          `config:\n  homelab-talos-cni:ciliumVersion: 1.18.4\n  homelab-talos-cni:secretValues:\n    extraConfig:\n      token: ${value}\n`,
        );
        return clone.runUnchecked("npm", ["run", "manifest"]);
      };
      const { status, printed } = await runWithSecret(secret);
      assert.equal(status, 0, printed);
      assert.match(printed, /^sha256 {4}\(secret\)$/m);
      const file = join(clone.folder, "manifests", "cilium-cni-1.18.4.yaml");
      assert.match(readFileSync(file, "utf8"), new RegExp(`^ {2}token: ${secret}$`, "m"));
      assert.equal(statSync(file).mode & 0o777, 0o600);
      const rerun = await runWithSecret(`${secret}-changed`);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      const check = await clone.runUnchecked("npm", ["run", "manifest", "--", "--check"], { OUTPUT_FILE: config });
      assert.equal(check.status, 1);
      for (const { printed } of [rerun, check]) assert(!printed.includes(secret));

      const encrypted = await runWithSecret("{ secure: v1:abcdef:0123456789 }");
      assert.equal(encrypted.status, 1);
      assert.match(
        encrypted.printed,
        /^error: homelab-talos-cni:secretValues is encrypted, and this command has no access to your stack's key; run `pulumi up`, /m,
      );
    } finally {
      clone.remove();
    }
  },
);

test("npm run manifest -- --compare prints what changes from 1.18.4 to 1.19.6, and writes nothing", { timeout: 240_000 }, () => {
  const files = () => run("git", ["status", "--porcelain", "--ignored", "--", ".", ":!.pulumi-local"], { cwd: root });
  const filesBefore = files();
  const output = join(folder, "compared", "x.yaml");
  const { status, printed, report } = runManifest({ OUTPUT_FILE: output }, "--compare", "1.19.6");
  assert.equal(status, 0, report);
  for (const line of [
    "Cilium    1.18.4 -> 1.19.6, for Kubernetes 1.33 -> 1.35",
    "first     kubectl apply --server-side -f https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.4.1/standard-install.yaml",
    "~ ConfigMap kube-system/cilium-config",
    '    ~ data.mesh-auth-enabled: "true" -> "false"',
    "    + data.policy-deny-response: none",
    '    - data.enable-svc-source-range-check: "true"',
    '    + data["bootstrap-config.json"].admin.address.pipe.mode: 432',
    "    - rules[18].resourceNames[1]: ciliumbgppeeringpolicies.cilium.io",
    "~ DaemonSet kube-system/cilium (its pods restart)",
    "      spec.template.spec.initContainers[config].image",
    "        quay.io/cilium/cilium:v1.18.4@sha256:49d87af187ee...",
    "     -> quay.io/cilium/cilium:v1.19.6@sha256:0df5b2750b64...",
    "+ Role kube-system/cilium-operator-ztunnel",
    "2 new, 0 gone, 7 different",
  ])
    assert(printed.split("\n").includes(line), `${line} is missing in:\n${printed}`);
  assert.doesNotMatch(printed, /checksum|[0-9a-f]{40}/);
  assert(
    printed.split("\n").every((line) => line.length < 260),
    printed,
  );

  // The way back has the same changes, and the advisories of the older release.
  const back = runManifest({ CILIUM_VERSION: "1.19.6", OUTPUT_FILE: output }, "--compare", "1.18.4");
  assert.equal(back.status, 0, back.report);
  assert.match(back.printed, /^ {4}~ data\.mesh-auth-enabled: "false" -> "true"$/m);
  assert.match(back.printed, /^0 new, 2 gone, 7 different$/m);
  assert.match(back.printed, /^ {9} ciliumVersion: 1\.18\.4 has published security holes; /m);

  const same = runManifest({ OUTPUT_FILE: output }, "--compare", "1.18.4");
  assert.equal(same.status, 0, same.report);
  assert.match(same.printed, /^Cilium {4}1\.18\.4, for Kubernetes 1\.33\n\nno object changes\n/m);
  assert(!existsSync(join(folder, "compared")));
  // Tests that run beside this one have their stacks in .pulumi-local.
  assert.equal(files(), filesBefore);
});

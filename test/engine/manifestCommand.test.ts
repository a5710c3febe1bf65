import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Clone } from "../../commands/lib/clone.ts";
import { root } from "../../commands/lib/root.ts";
import { run, runUnchecked } from "../../tools/childProcess.mjs";
import { chartArgs } from "../harness/charts.ts";

const folder = mkdtempSync(join(tmpdir(), "manifest-"));
after(() => {
  rmSync(folder, { recursive: true });
});

/** Runs `npm run manifest` with these environment variables and options. */
function runManifest(environment: Record<string, string>, ...options: readonly string[]) {
  const program = [join(root, "tools", "run.mjs"), "commands/manifest.ts"];
  const { status, stdout, stderr } = runUnchecked(process.execPath, [...program, ...options], {
    cwd: root,
    env: { ...process.env, INIT_CWD: "", NO_COLOR: "1", ...environment },
  });
  return { status, printed: stdout, report: stderr };
}
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
    [{ CILIUM_VERSION: "latest" }, /^error: ciliumVersion: "latest" is not a release .*\n$/],
    [{ POD_CIDR: "10.244.0.0" }, /^error: podCidr: "10\.244\.0\.0" is not a valid range; .*\n$/],
    [{ POD_CIDR: "x", SERVICE_CIDR: "y" }, /^error: 2 inputs cannot work:\n {2}podCidr: .*\n {2}serviceCidr: .*\n$/],
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
        /^error: homelab-talos-cni:secretValues is encrypted, and this command has no access to your stack's key; run pulumi up, /m,
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

test(
  "npm run manifest -- --for writes the files of a tool, and none if they would contain secrets",
  { timeout: 240_000 },
  async () => {
    const handOff = join(folder, "hand-off");
    const files = () => (existsSync(handOff) ? readdirSync(handOff) : []);
    const first = runManifest({ OUTPUT_FILE: join(handOff, "cilium.yaml") }, "--for", "flux");
    assert.equal(first.status, 0, first.report);
    assert.deepEqual(files(), ["cilium-lb.yaml", "cilium.yaml"]);
    assert.match(readFileSync(join(handOff, "cilium.yaml"), "utf8"), /^kind: HelmRelease$[^]*^ {6}version: 1\.18\.4$/m);
    assert.match(readFileSync(join(handOff, "cilium-lb.yaml"), "utf8"), /cidr: 192\.168\.1\.200\/29/);
    const again = runManifest({ OUTPUT_FILE: join(handOff, "cilium.yaml") }, "--for", "flux");
    assert.match(again.report, /cilium\.yaml unchanged\n.*cilium-lb\.yaml unchanged/);

    const clone = new Clone();
    try {
      const secret = "not-for-the-eyes-of-others";
      const key = "homelab-talos-cni";
      writeFileSync(
        join(clone.folder, "Pulumi.dev.yaml"),
        `config:\n  ${key}:ciliumVersion: 1.18.4\n  ${key}:namespace: cilium\n  ${key}:secretValues:\n    extraConfig:\n      token: ${secret}\n`,
      );
      const write = async (tool: string) =>
        clone.runUnchecked("npm", ["run", "--silent", "manifest", "--", "--for", tool], { INIT_CWD: "", NO_COLOR: "1" });
      const refused = await write("argocd");
      assert.equal(refused.status, 1);
      assert.match(refused.printed, /^error: secretValues: would be readable in the files, /m);
      assert(!refused.printed.includes(secret));
      assert(!existsSync(join(clone.folder, "manifests", "cilium-argocd-1.18.4.yaml")));

      writeFileSync(
        join(clone.folder, "Pulumi.dev.yaml"),
        `config:\n  ${key}:ciliumVersion: 1.18.4\n  ${key}:namespace: cilium\n`,
      );
      const helm = await write("helm");
      assert.equal(helm.status, 0, helm.printed);
      for (const name of ["values", "namespace"])
        assert(existsSync(join(clone.folder, "manifests", `cilium-${name}-1.18.4.yaml`)));
      assert(!existsSync(join(clone.folder, "manifests", "cilium-lb-1.18.4.yaml")));

      // Files that earlier runs left, and that this config does not need.
      writeFileSync(join(clone.folder, "Pulumi.dev.yaml"), `config:\n  ${key}:ciliumVersion: 1.18.4\n`);
      writeFileSync(join(clone.folder, "manifests", "cilium-lb-1.18.4.yaml"), "");
      const left = await write("helm");
      assert.match(
        left.printed,
        /cilium-namespace-1\.18\.4\.yaml left from an earlier run; this Cilium needs no Namespace of its own$/m,
      );
      assert.match(left.printed, /cilium-lb-1\.18\.4\.yaml left from an earlier run; no pool or policy is configured any more$/m);
    } finally {
      clone.remove();
    }
  },
);

test("npm run manifest -- --compare with a wrong release, file or option gives one error", { timeout: 240_000 }, () => {
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return name;
  };
  const allowed =
    "allowed are --check, --for with flux, argocd, helm, and --compare with a release or a config file, such as: npm run manifest -- --compare 1\\.19\\.6";
  for (const [options, message] of [
    [
      ["--compare", "1.17.3"],
      /^--compare 1\.17\.3: ciliumVersion: 1\.17\.3 is a release of 1\.17; supported are releases of 1\.18, 1\.19, 1\.20$/,
    ],
    [
      ["--compare", "v1.19.6"],
      /^--compare v1\.19\.6: ciliumVersion: "v1\.19\.6" is not a release such as 1\.19\.6; supported are /,
    ],
    [["--compare", "1.19"], /^--compare 1\.19: ciliumVersion: "1\.19" is not a release such as 1\.19\.6; supported are /],
    [
      ["--compare", "newest"],
      /^--compare: "newest" is neither a release nor a file; name a release of Cilium \(1\.18\.4, .* or another\), or a config file such as Pulumi\.dev\.yaml$/,
    ],
    [["--compare", "."], /^--compare: "\." is neither a release nor a file; /],
    [
      ["--compare", file("other.yaml", "config:\n  homelab:podCidr: 10.1.0.0/16\n")],
      /^--compare: other\.yaml has no config key that begins with homelab-talos-cni:; /,
    ],
    [
      ["--compare", file("wrong.yaml", "config:\n  homelab-talos-cni:podCidr: x\n")],
      /^--compare wrong\.yaml: podCidr: "x" is not a valid range; /,
    ],
    [["--compare", file("broken.yaml", "config: a: secret-word\n")], /^.*broken\.yaml: [^\n]* at line 1, column \d+$/],
    [["1.19.6"], new RegExp(`^Unexpected argument '1\\.19\\.6'; ${allowed}$`)],
    [["--compared", "1.19.6"], new RegExp(`^Unknown option '--compared'; ${allowed}$`)],
    [["--check", "--compare", "1.19.6"], /^--check and --compare cannot be used together; use one of them$/],
  ] as const) {
    const { status, printed, report } = runManifest({ INIT_CWD: folder }, ...options);
    assert.equal(status, 1, report);
    const error = report.split("error: ");
    assert.match(error[1]?.trim() ?? "", message);
    assert.equal(error.length, 2, report);
    assert(!`${printed}${report}`.includes("secret-word"));
  }
});

test("npm run manifest -- --compare with another config prints no secret of either", { timeout: 240_000 }, async () => {
  const clone = new Clone();
  try {
    const write = (name: string, content: string) => {
      writeFileSync(join(clone.folder, name), `config:\n  homelab-talos-cni:ciliumVersion: 1.18.4\n${content}`);
    };
    const compare = async (...words: readonly string[]) =>
      clone.runUnchecked("npm", ["run", "--silent", "manifest", "--", "--compare", ...words], { NO_COLOR: "1", INIT_CWD: "" });
    const secret = (value: string) => `  homelab-talos-cni:secretValues:\n    extraConfig:\n      token: ${value}\n`;
    write("Pulumi.dev.yaml", secret("not-for-others-1"));
    write("Pulumi.prod.yaml", `${secret("not-for-others-2")}  homelab-talos-cni:values:\n    operator:\n      replicas: 2\n`);
    const plain = await compare("Pulumi.prod.yaml");
    assert.equal(plain.status, 0, plain.printed);
    assert.match(
      plain.printed,
      /^Config {4}Pulumi\.dev\.yaml -> Pulumi\.prod\.yaml\nCilium {4}1\.18\.4, for Kubernetes 1\.33\n/m,
    );
    assert.match(plain.printed, /^~ ConfigMap kube-system\/cilium-config \(secret, so its fields are not printed\)$/m);
    assert.match(plain.printed, /^~ DaemonSet kube-system\/cilium \(its pods restart; secret, so its fields are not printed\)$/m);
    assert(!plain.printed.includes("not-for-others"));

    // What is encrypted cannot be read, so it is left out of both.
    write("Pulumi.prod.yaml", secret("{ secure: v1:abcdef:0123456789 }"));
    const encrypted = await compare("Pulumi.prod.yaml");
    assert.equal(encrypted.status, 0, encrypted.printed);
    assert.match(encrypted.printed, /^note {6}secretValues is encrypted, so it was left out of both\n\nno object changes$/m);
    assert(!encrypted.printed.includes("not-for-others"));

    // A chart that is not available, and the advice of the error.
    const unreachable =
      "  homelab-talos-cni:chart: { repository: http://127.0.0.1:1, path: " +
      JSON.stringify(chartArgs("1.18.4").chart?.path) +
      " }\n";
    write("Pulumi.dev.yaml", unreachable);
    const { status, printed } = await compare("1.19.6");
    assert.equal(status, 1);
    assert.match(
      printed,
      /^error: --compare 1\.19\.6: chart\.repository: cilium 1\.19\.6 could not be downloaded from http:\/\/127\.0\.0\.1:1: .* or name a downloaded archive as chart\.path; set this, and ciliumVersion: 1\.19\.6, in a copy of Pulumi\.dev\.yaml, and compare with the copy: npm run manifest -- --compare <copy>$/m,
    );
    const copy = readFileSync(join(clone.folder, "Pulumi.dev.yaml"), "utf8");
    writeFileSync(
      join(clone.folder, "copy.yaml"),
      copy.replace("1.18.4", "1.19.6").replace(/path: .* }/, `path: ${JSON.stringify(chartArgs("1.19.6").chart?.path)} }`),
    );
    const followed = await compare("copy.yaml");
    assert.equal(followed.status, 0, followed.printed);
    assert.match(followed.printed, /^2 new, 0 gone, 7 different$/m);
  } finally {
    clone.remove();
  }
});

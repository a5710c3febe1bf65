// The options of `npm run manifest`, with everything that can be wrong.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Clone } from "../../commands/lib/clone.ts";
import { chartArgs } from "../harness/charts.ts";
import { runManifest } from "../harness/manifestCommand.ts";

const folder = mkdtempSync(join(tmpdir(), "manifest-"));
after(() => {
  rmSync(folder, { recursive: true });
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
  const allowed = "`npm run manifest -- --help` prints what is allowed";
  for (const [options, message] of [
    [
      ["--compare", "1.17.3"],
      /^--compare 1\.17\.3: ciliumVersion: 1\.17\.3 is not supported; supported are releases of 1\.18, 1\.19, 1\.20, such as 1\.19\.6$/,
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
    [
      ["--compare", file("broken.yaml", "config: a: secret-word\n")],
      /^.*broken\.yaml is not valid YAML: [^\n]* at line 1, column \d+; `git show [^\n]*$/,
    ],
    [["1.19.6"], new RegExp(`^unexpected argument '1\\.19\\.6'; ${allowed}$`)],
    [["--compared", "1.19.6"], new RegExp(`^unknown option '--compared'; ${allowed}$`)],
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
      /^error: --compare 1\.19\.6: chart\.repository: cilium 1\.19\.6 could not be downloaded from http:\/\/127\.0\.0\.1:1: .* or name a downloaded archive as chart\.path; set this, and ciliumVersion: 1\.19\.6, in a copy of Pulumi\.dev\.yaml, and compare with the copy: `npm run manifest -- --compare <copy>`\n/m,
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

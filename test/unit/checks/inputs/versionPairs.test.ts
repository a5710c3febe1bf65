import assert from "node:assert/strict";
import { test } from "node:test";
import { versionPairChecks } from "../../../../components/checks/inputs/versionPairs.ts";
import { validate } from "../../../../components/checks/validate.ts";
import { ciliumMinors, talosMinors } from "../../../../components/versions/supported.ts";
import { pool } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { checkResults } from "../../../harness/findings.ts";

testExamples(versionPairChecks, {
  "a Kubernetes version that this Talos does not run": [
    [
      { talos: { version: "1.11.5" }, ciliumVersion: "1.19.6", kubernetesVersion: "1.35" },
      /^kubernetesVersion: 1\.35 does not run on Talos 1\.11\.5, which runs 1\.29 to 1\.34/,
    ],
    [
      { talos: { version: "1.14.1" }, ciliumVersion: "1.18.4", kubernetesVersion: "1.31.4" },
      /^kubernetesVersion: 1\.31\.4 does not run on Talos 1\.14\.1, which runs 1\.32 to 1\.37; set kubernetesVersion to "1\.37"/,
    ],
  ],
  "a Talos and a Cilium that are known to fail together": [
    [
      { talos: { version: "v1.12.2" }, ciliumVersion: "1.18.6" },
      /^talos\.version: 1\.12\.2 with Cilium 1\.18\.6: the kernel refuses .*44216\)$/,
    ],
  ],
  "a Kubernetes version that this Cilium was not tested with": [
    [
      { ciliumVersion: "1.18.4", kubernetesVersion: "1.34.1" },
      /^kubernetesVersion: Cilium 1\.18 is tested with 1\.30 to 1\.33, not with 1\.34\.1; it may well work$/,
    ],
    // A new cluster of Talos 1.14 has this Kubernetes.
    [
      { talos: { version: "1.14.1" }, ciliumVersion: "1.20.0", kubernetesVersion: "1.37.0" },
      /^kubernetesVersion: Cilium 1\.20 is tested with 1\.33 to 1\.36, not with 1\.37\.0; it may well work$/,
    ],
  ],
  "a Talos version that is not known yet": [
    [
      { talos: { version: "1.15" } },
      /^talos\.version: 1\.15\.0 is a release of 1\.15, and known are 1\.11, 1\.12, 1\.13, 1\.14; whether/,
    ],
  ],
  "a Talos and a Cilium that may fail together": [
    [
      { talos: { version: "1.13.9" }, ciliumVersion: "1.20.1" },
      /^talos\.version: 1\.13\.9 with Cilium 1\.20\.1: on a fresh node .*48420\)$/,
    ],
  ],
  "pools with a Cilium 1.19 before 1.19.6, without the addresses of the nodes": [
    [
      { ...pool({ cidr: "192.168.1.200/29" }), ciliumVersion: "1.19.5" },
      /^lan\.nodes: is empty, and with Cilium 1\.19\.5 a pool/,
    ],
  ],
});

test("without a Kubernetes version, every Cilium and Talos get one that both support, without a word about it", () => {
  for (const cilium of Object.keys(ciliumMinors)) {
    for (const talos of Object.keys(talosMinors)) {
      // No known incompatibility has these releases.
      const results = checkResults({
        ciliumVersion: cilium === "1.19" ? "1.19.6" : `${cilium}.4`,
        talos: { version: `${talos}.6` },
      });
      assert.deepEqual(
        results.flatMap(({ problems }) => problems).filter((text) => text.startsWith("kubernetesVersion")),
        [],
      );
    }
  }
});

test("a Kubernetes that Talos runs and Cilium was not tested with is a warning only, and one that no Talos runs an error", () => {
  const findings = (kubernetesVersion: string) => {
    const { errors, warnings } = validate({ ciliumVersion: "1.20.0", talos: { version: "1.14.1" }, kubernetesVersion });
    const inputs = (problems: readonly { readonly input: string }[]) =>
      problems.filter(({ input }) => input === "kubernetesVersion").length;
    return [inputs(errors), inputs(warnings)];
  };
  assert.deepEqual(findings("1.36"), [0, 0]);
  assert.deepEqual(findings("1.37.2"), [0, 1]);
  assert.deepEqual(findings("1.38.0")[0], 1);
});

import { versionPairChecks } from "../../../../components/checks/inputs/versionPairs.ts";
import { pool } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(versionPairChecks, {
  "a Kubernetes version that this Talos does not run": [
    [
      { talos: { version: "1.11.5" }, ciliumVersion: "1.19.6", kubernetesVersion: "1.35" },
      /^kubernetesVersion: 1\.35 does not run on Talos 1\.11\.5, which runs 1\.29 to 1\.34/,
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
  ],
  "a Talos version that is not known yet": [
    [{ talos: { version: "1.15" } }, /^talos\.version: 1\.15\.0 is a release of 1\.15; known are 1\.11, 1\.12, 1\.13, 1\.14$/],
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

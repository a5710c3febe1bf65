// Renders the same chart with the same values through cdk8s: `cdk8s.ts <chart> <values> <namespace> <kubernetes version>`.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Chart, Helm } from "cdk8s";
import { printReport } from "./report.ts";

const [chart = "", values = "", namespace = "", kubernetesVersion = ""] = process.argv.slice(2);
const outdir = mkdtempSync(join(tmpdir(), "cdk8s-"));
const app = new App({ outdir });
new Helm(new Chart(app, "cilium"), "cilium", {
  chart,
  namespace,
  releaseName: "cilium",
  values: JSON.parse(values) as Record<string, unknown>,
  helmFlags: ["--kube-version", kubernetesVersion, "--skip-tests"],
});
app.synth();
rmSync(outdir, { recursive: true });
printReport();

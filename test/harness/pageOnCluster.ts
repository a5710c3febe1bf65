import assert from "node:assert/strict";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Clone } from "../../commands/lib/clone.ts";
import { chart } from "./charts.ts";
import { Cluster, eventually } from "./cluster.ts";
import { readGatewayApiCrds } from "./suiteData.ts";

const localChart = (release: string) => `config:\n  homelab-talos-cni:chart: { path: ${chart(release).path} }\n`;

/** The command for the Gateway API CRDs that `npm run manifest` printed. */
export function crdsCommandIn(report: string): string {
  return /^first +(kubectl .*)$/m.exec(report)?.[1] ?? assert.fail(report);
}

/** Runs the commands of a page as printed: in a clone of the project, and with the kubeconfig of a real API server. */
export class PageOnCluster {
  readonly clone = new Clone();
  readonly cluster: Cluster;

  static async start(...cluster: Parameters<typeof Cluster.start>): Promise<PageOnCluster> {
    return new PageOnCluster(await Cluster.start(...cluster));
  }

  private constructor(cluster: Cluster) {
    this.cluster = cluster;
    // A test downloads nothing.
    this.addSettings(localChart("1.18.4"));
  }

  async stop(): Promise<void> {
    this.clone.remove();
    await this.cluster.stop();
  }

  /** Adds a YAML block, which begins with `config:`, to the settings of the clone. */
  addSettings(block: string): void {
    const lines = /^config:\n((?: {2}.*\n)+)$/.exec(block)?.[1] ?? assert.fail(`not settings:\n${block}`);
    appendFileSync(join(this.clone.folder, "Pulumi.dev.yaml"), lines);
  }

  /** Replaces the settings of the clone by those of YAML blocks. */
  replaceSettings(release: string, ...blocks: readonly string[]): void {
    writeFileSync(join(this.clone.folder, "Pulumi.dev.yaml"), "config:\n");
    for (const block of [...blocks, localChart(release)]) this.addSettings(block);
  }

  /** Runs commands; returns everything that they printed. */
  async run(commands: string): Promise<string> {
    const { status, printed } = await this.tryToRun(commands);
    assert.equal(status, 0, `${commands}\n${printed}`);
    return printed;
  }

  async tryToRun(commands: string): Promise<{ readonly status: number; readonly printed: string }> {
    return this.clone.runUnchecked("bash", ["-euc", commands], { KUBECONFIG: this.cluster.kubeconfig, NO_COLOR: "1" });
  }

  /** Runs the command for the Gateway API CRDs, with the file of this release in place of its address. */
  async installGatewayApiCrds(command: string): Promise<void> {
    const [address = "", release = ""] =
      /https:\/\/github\.com\/\S+\/download\/([^/]+)\/standard-install\.yaml/.exec(command) ?? assert.fail(command);
    const file = join(this.clone.folder, "crds.yaml");
    writeFileSync(file, readGatewayApiCrds(release));
    await this.run(command.replace(address, file));
  }

  /** Waits until the operator has registered its kinds. Cilium's agents wait for that before they get ready; simulated ones do not. */
  async waitForKinds(): Promise<void> {
    const kinds = ["ciliumloadbalancerippools", "ciliuml2announcementpolicies"].map((kind) => `crd/${kind}.cilium.io`);
    await eventually(
      () => this.cluster.kubectl(["wait", "--for=condition=Established", ...kinds, "--timeout=1s"]).ok,
      "the operator does not register the kinds of the pool and the policy",
    );
  }

  /** Waits until a new Service has the first address of the dev stack's pool. */
  async assertServiceGetsAddress(): Promise<void> {
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web" } };
    this.cluster.apply(JSON.stringify({ ...service, spec: { type: "LoadBalancer", ports: [{ port: 80 }] } }));
    const ingress = () => {
      const status = this.cluster.get("service", "web")?.["status"] as { loadBalancer?: { ingress?: object[] } } | undefined;
      return status?.loadBalancer?.ingress;
    };
    await eventually(() => ingress() !== undefined, "the Service gets no address", 30);
    assert.deepEqual(ingress(), [{ ip: "192.168.1.200", ipMode: "VIP" }]);
  }
}

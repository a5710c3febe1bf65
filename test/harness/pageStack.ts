import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Clone } from "../../commands/lib/clone.ts";
import { chart } from "./charts.ts";
import { Cluster } from "./cluster.ts";
import { codeBlocks } from "./codeBlocks.ts";
import { readGatewayApiCrds } from "./suiteData.ts";

/** A clone whose stacks install Cilium in a cluster, with the commands of pages of docs/. */
export class PageStack {
  readonly #clone = new Clone({ ownPackages: true });
  readonly cluster: Cluster;
  readonly folder = this.#clone.folder;

  static async start(): Promise<PageStack> {
    const stack = new PageStack(await Cluster.start());
    stack.cluster.startNodes("one");
    return stack;
  }

  private constructor(cluster: Cluster) {
    this.cluster = cluster;
    // The pages name the context that talosctl would write.
    const kubeconfig = readFileSync(cluster.kubeconfig, "utf8")
      .replace('"contexts":[{"name":"test"', '"contexts":[{"name":"admin@homelab"')
      .replace('"current-context":"test"', '"current-context":"admin@homelab"');
    writeFileSync(join(this.folder, "kubeconfig"), kubeconfig);
    writeFileSync(join(this.folder, "crds.yaml"), readGatewayApiCrds("v1.4.1"));
  }

  /** Runs all commands of pages as printed, one block after the other. `pulumi up` waits for Cilium's operator. */
  async runPages(...pages: readonly string[]): Promise<void> {
    const commands = pages.flatMap((page) => {
      const blocks = codeBlocks(page, "bash");
      if (blocks.length === 0) throw new Error(`${page} has no commands`);
      return blocks;
    });
    await this.run(commands.join(""));
  }

  /** Runs commands in the clone; resolves to what they print. */
  run(commands: string): Promise<string> {
    // The chart and the CRDs come from local files, because a test downloads nothing.
    const useLocalFiles = `pulumi config set --path chart.path ${chart().path} && pulumi config set --path gatewayApi.crdsPath crds.yaml`;
    const local = commands.replaceAll(/^(pulumi stack select .*)$/gm, `$1 && ${useLocalFiles}`);
    const environment = { PULUMI_SKIP_CONFIRMATIONS: "true", KUBECONFIG: join(this.folder, "kubeconfig") };
    return this.#clone.run("bash", ["-euo", "pipefail", "-c", local], environment);
  }

  async stop(): Promise<void> {
    this.#clone.remove();
    await this.cluster.stop();
  }
}

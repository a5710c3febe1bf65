import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { root } from "../../commands/lib/root.ts";
import { type Program, programIn } from "../../commands/lib/stack.ts";
import { CiliumLoadBalancer } from "../../components/ciliumLoadBalancer.ts";
import { configuredArgs } from "../../components/config.ts";
import { TalosCiliumCni } from "../../components/talosCiliumCni.ts";
import { withChartStack } from "../harness/chartStack.ts";
import { Cluster } from "../harness/cluster.ts";

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
  cluster.startNodes("one");
});
after(() => cluster.stop());

const pools = (name: string, cidr: string) => ({ ipPools: [{ name, blocks: [{ cidr }] }] });

/**
 * Cilium and two CiliumLoadBalancers of the same name under different parents, all of which depend on a machine. The children of the
 * latter also wait for Cilium's kinds.
 */
const program: Program = {
  project: programIn(root).project,
  run: () => {
    const machine = new pulumi.Stash("machine", { input: "a machine that must exist first" });
    new TalosCiliumCni("cilium", configuredArgs(new pulumi.Config()), { dependsOn: machine });
    for (const [name, cidr] of [
      ["House", "192.168.2.200/29"],
      ["Garage", "192.168.3.200/29"],
    ] as const) {
      const parent = new pulumi.ComponentResource(`test:index:${name}`, name);
      new CiliumLoadBalancer("cilium-lb", pools(name.toLowerCase(), cidr), { parent, dependsOn: machine });
    }
    return Promise.resolve({});
  },
};

test(
  "resources in `dependsOn` are created before the components' objects and deleted after them",
  { timeout: 300_000 },
  async () => {
    await withChartStack(
      cluster,
      {},
      async ({ stack }) => {
        const resourceOrder = async (operation: (options: Parameters<typeof stack.up>[0]) => Promise<unknown>) => {
          const names: string[] = [];
          await operation({
            color: "never",
            onEvent: ({ resOutputsEvent }) => {
              const [, , type = "", name = ""] = (resOutputsEvent?.metadata.urn ?? "").split("::");
              if (/kubernetes:|Stash/.test(type) && !type.includes("providers")) names.push(name);
            },
          });
          return names;
        };
        const [created] = await Promise.all([
          resourceOrder((options) => stack.up(options)),
          cluster.startOperatorWhenInstalled(),
        ]);
        assert.equal(created[0], "machine", created.join("\n"));
        for (const pool of ["default-ip-pool", "house", "garage"]) assert(cluster.get("ciliumloadbalancerippool", pool), pool);
        const deleted = await resourceOrder((options) => stack.destroy(options));
        assert(deleted.length > 20);
        assert.equal(deleted.at(-1), "machine", deleted.join("\n"));
      },
      program,
    );
  },
);

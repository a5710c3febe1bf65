import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { after, before, describe, test, type TestContext } from "node:test";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { merge } from "../../components/support/merge.ts";
import { AgentTrials, type Verdict } from "./agentTrials.ts";
import { isolate } from "./isolation.ts";
import { readRecipes, type Recipe } from "./recipes.ts";
import { renderInputs } from "./renderInputs.ts";

type Keys = Readonly<Record<string, string>>;

/** Registers the tests of one release: its real agent starts with each recipe of docs/recipes.md. */
export function testRecipes(release: string): void {
  isolate();

  describe(`Cilium ${release} starts with the recipe`, { concurrency: availableParallelism() }, () => {
    let trials: RecipeTrials;
    before(async () => {
      trials = await RecipeTrials.start(release);
    });
    after(() => trials.stop());

    for (const recipe of readRecipes()) test(recipe.title, (context) => trials.judge(recipe, context));
  });
}

/** Starts Cilium's real agent of one release with recipes. */
class RecipeTrials {
  readonly #trials: AgentTrials;
  readonly #release: string;

  static async start(release: string): Promise<RecipeTrials> {
    return new RecipeTrials(await AgentTrials.start(release, { atOnce: availableParallelism() }), release);
  }

  private constructor(trials: AgentTrials, release: string) {
    this.#trials = trials;
    this.#release = release;
  }

  stop(): Promise<void> {
    return this.#trials.stop();
  }

  /**
   * Requires that the agent starts with a recipe, and with the recipe changed by each of its CiliumNodeConfigs. If this kernel lacks what the
   * agent needs to judge, requires that it starts with the rest, and skips the test with the agent's own words.
   */
  async judge({ args, objects }: Recipe, context: TestContext): Promise<void> {
    const nodeConfigs = objects.filter(({ object }) => object.kind === "CiliumNodeConfig");
    const changes: Keys[] = [{}];
    for (const { object } of nodeConfigs) changes.push((object["spec"] as { readonly defaults: Keys }).defaults);
    const notJudged: string[] = [];
    for (const keys of changes) {
      const verdict = await this.#judge(args, keys);
      if (verdict.isUndecided) {
        notJudged.push(wordsOf(verdict));
        const rest = await this.#judge(withoutKernelFeatures(args), {});
        assert(rest.starts, rest.reason);
      } else assert(verdict.starts, `${JSON.stringify(keys)}\n${verdict.reason}`);
    }
    if (notJudged.length === 0) return;
    const reason = `this kernel lacks netkit or WireGuard, and the agent starts without them; it said: ${notJudged.join("; ")}`;
    context.skip(reason);
  }

  #judge(args: TalosCiliumCniArgs, keys: Keys): Promise<Verdict> {
    const { objects } = renderInputs({ ...args, ciliumVersion: this.#release });
    return this.#trials.judge(objects.map((object) => withKeys(object, keys)));
  }
}

/** The inputs without what some kernels lack: netkit and WireGuard. */
function withoutKernelFeatures(args: TalosCiliumCniArgs): TalosCiliumCniArgs {
  return merge(args, { values: { bpf: { datapathMode: "veth" }, encryption: { enabled: false } } });
}

/** Changes keys of `cilium-config`, as the agent's init container does for a CiliumNodeConfig. Leaves other objects as they are. */
function withKeys(object: KubernetesObject, keys: Keys): KubernetesObject {
  if (object.kind !== "ConfigMap" || object.metadata.name !== "cilium-config") return object;
  return { ...object, data: { ...(object["data"] as Keys), ...keys } };
}

/** The agent's words, without the fields around them. */
function wordsOf({ reason }: Verdict): string {
  return /(?:msg|error)="([^"]+)"(?: duration=\S+)?$/.exec(reason)?.[1] ?? reason;
}

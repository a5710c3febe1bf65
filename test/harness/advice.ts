import { isMap, omitPath } from "../../components/helm/values.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { merge } from "../../components/support/merge.ts";

type Tree = Readonly<Record<string, unknown>>;

const step = /\bset (\S+\.\S+) to ("[^"]*"|[^\s,;]+)|\bleave (\S+) out/g;

/**
 * Follows the ways out in the text of an error literally, such as `set values.a to true, or leave values.b out`. Returns the inputs of each
 * way. Steps that are not for the inputs, such as "turn hostDNS off in the machine config", are left to the reader of the error.
 */
export function followAdvice(message: string, args: TalosCiliumCniArgs): readonly TalosCiliumCniArgs[] {
  return waysOut(message).map((steps) => steps.reduce<Tree>((inputs, follow) => follow(inputs), args as Tree));
}

function waysOut(message: string) {
  return message.split(/, or /).flatMap((way) => {
    const steps = [...way.matchAll(step)].map(([, input, value, omitted]) => {
      if (omitted !== undefined) return (inputs: Tree) => omitPath(inputs, omitted.split("."));
      return (inputs: Tree) => setPath(inputs, input ?? "", JSON.parse(value ?? ""));
    });
    return steps.length === 0 ? [] : [steps];
  });
}

function setPath(inputs: Tree, path: string, value: unknown): Tree {
  const change = path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return isMap(change) ? merge<Tree>(inputs, change) : inputs;
}

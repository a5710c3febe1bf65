import { inputAt, type Problem } from "../support/problems.ts";

/** Takes the place of an input whose value must not be used, and says why. */
export class RefusedInput {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

type Path = readonly (string | number)[];

/**
 * Finds everything in the inputs that is not plain data. Outputs and Promises are unknown when the program starts, so nothing could be
 * rendered or checked at preview. Only what machines need may be an Output, because nothing is rendered from it.
 */
export function plainDataProblems(inputs: object): readonly Problem[] {
  return problemsAt(inputs, [], []);
}

function problemsAt(value: unknown, path: Path, ancestors: readonly unknown[]): readonly Problem[] {
  const refused = (message: string, kind: Problem["kind"] = "notPlainData"): readonly Problem[] => [
    { input: inputAt(path), message, kind },
  ];
  if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint") {
    return refused(`is a ${typeof value}; only plain data can be rendered and checked at preview`);
  }
  if (typeof value !== "object" || value === null) return [];
  if (value instanceof RefusedInput) return refused(value.reason);
  if (isOutputOrPromise(value)) {
    if (comesFromResources(path)) return [];
    const remedy =
      path[0] === "secretValues"
        ? '; give the plain object, such as config.getObject("secretValues") returns: the component makes it secret'
        : "";
    return refused(
      `is an Output or a Promise; only plain data, known when the program starts, can be checked at preview${remedy}`,
    );
  }
  if (ancestors.includes(value)) {
    return refused("contains itself; only plain data can be rendered and checked at preview", "circular");
  }
  const keyOf = (key: string) => (Array.isArray(value) ? Number(key) : key);
  return Object.entries(value).flatMap(([key, member]) => problemsAt(member, [...path, keyOf(key)], [...ancestors, value]));
}

/** Recognizes Outputs as Pulumi does. */
export function isOutputOrPromise(value: object): boolean {
  return "__pulumiOutput" in value || value instanceof Promise;
}

/** Whether an input may be an Output: the client configuration, and the address and the config of a machine. */
export function comesFromResources([root, key, ...rest]: Path): boolean {
  if (root !== "talos") return false;
  if (key === "clientConfiguration") return true;
  if (key !== "controlPlanes" && key !== "workers") return false;
  const [, machineKey, ...inside] = rest;
  return inside.length === 0 && ["node", "endpoint", "machineConfiguration"].includes(String(machineKey));
}

import type { Problem } from "../support/problems.ts";

// What comes from machines, and nothing is rendered from.
const fromResources =
  /^talos\.(?:clientConfiguration(?:\.|$)|(?:controlPlanes|workers)\[\d+\]\.(?:node|endpoint|machineConfiguration)$)/;

/** Stands in the place of an input whose value must not be used, and says why. */
export class RefusedInput {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/**
 * What among the inputs is no plain data. An Output is not known yet when the program starts, so nothing could be rendered or checked at
 * preview. Recognized as Pulumi does it.
 */
export function outputsAmong(value: unknown, input = "", within: readonly unknown[] = []): readonly Problem[] {
  if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint") {
    return [{ input, message: `is a ${typeof value}; only plain data can be rendered and checked at preview` }];
  }
  if (typeof value !== "object" || value === null) return [];
  if (value instanceof RefusedInput) return [{ input, message: value.reason }];
  if ("__pulumiOutput" in value || value instanceof Promise) {
    if (fromResources.test(input)) return [];
    const wayOut = /^secretValues\b/.test(input)
      ? '; give the plain object, such as config.getObject("secretValues") returns: the component makes it secret'
      : "";
    return [
      {
        input,
        message: `is an Output or a Promise; only plain data, known when the program starts, can be checked at preview${wayOut}`,
      },
    ];
  }
  if (within.includes(value)) return [{ input, message: "holds itself; only plain data can be rendered and checked at preview" }];
  const member = (key: string) => (Array.isArray(value) ? `${input}[${key}]` : input === "" ? key : `${input}.${key}`);
  return Object.entries(value).flatMap(([key, inner]) => outputsAmong(inner, member(key), [...within, value]));
}

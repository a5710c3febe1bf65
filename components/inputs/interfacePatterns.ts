import { createRequire } from "node:module";
import type { RE2JS } from "re2js";
import type { NameSet } from "./interfaceNames.ts";
import type { L2Policy } from "./loadBalancerArgs.ts";

const require = createRequire(import.meta.url);

/** One of the `interfaces` of an L2 announcement policy, compiled as Go does. */
export interface InterfacePattern {
  readonly input: string;
  readonly text: string;
  /** Undefined if Go refuses the pattern. */
  readonly expression: RE2JS | undefined;
  /** Go's reason for refusing the pattern. Undefined if it is valid. */
  readonly error: string | undefined;
}

/** The interface patterns of a policy. `index` is its position in `loadBalancer.l2Policies`. */
export function interfacePatterns({ interfaces = [] }: L2Policy, index: number): readonly InterfacePattern[] {
  return interfaces.map((text, position) => ({
    input: `loadBalancer.l2Policies[${index}].interfaces[${position}]`,
    text,
    ...compilePattern(text),
  }));
}

function compilePattern(text: string): Pick<InterfacePattern, "expression" | "error"> {
  // Most policies have no patterns, so load the library only for those that do: it takes as long as all other checks.
  const { RE2JS, RE2JSException } = require("re2js") as typeof import("re2js");
  try {
    return { expression: RE2JS.compile(text), error: undefined };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { expression: undefined, error: error.message.replace(/^error parsing regexp: /, "") };
  }
}

/** The names that the patterns match, anywhere in the name as Go does. Empty if Go refuses one of them: the agent then ignores the policy. */
export function namesOfPatterns(patterns: readonly InterfacePattern[]): readonly NameSet[] {
  if (patterns.some(({ error }) => error !== undefined)) return [];
  const expressions = patterns.map(({ expression }) => expression).filter((expression) => expression !== undefined);
  return expressions.map((expression) => ({ expression, whole: false }));
}

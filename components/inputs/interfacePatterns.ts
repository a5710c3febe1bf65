import { RE2JS, RE2JSException } from "re2js";
import type { L2Policy } from "./loadBalancerArgs.ts";

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
  return interfaces.map((text, position) => {
    const input = `loadBalancer.l2Policies[${index}].interfaces[${position}]`;
    try {
      return { input, text, expression: RE2JS.compile(text), error: undefined };
    } catch (error) {
      if (!(error instanceof RE2JSException)) throw error;
      return { input, text, expression: undefined, error: error.message.replace(/^error parsing regexp: /, "") };
    }
  });
}

/** Whether one of the patterns matches one of the names. */
export function matchesSome(patterns: readonly InterfacePattern[], names: readonly string[]): boolean {
  return patterns.some(({ expression }) => names.some((name) => expression?.matcher(name).find() === true));
}

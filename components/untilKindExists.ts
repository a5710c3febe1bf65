import type { ErrorHookFunction } from "@pulumi/pulumi";
import { parseDuration } from "./duration.ts";

/**
 * Has the engine try again while Cilium's kinds do not exist: the operator registers them when it starts. Every other error ends at once, and
 * so does the waiting after `timeout`, a Go duration, with an error that says where to look.
 */
export function untilKindExists(timeout: string): ErrorHookFunction {
  const limit = parseDuration(timeout) ?? 0;
  const failing = new Map<string, number>();
  return ({ urn, type, errors: [newest = ""] }) => {
    if (!newest.includes("no matches for kind")) return false;
    const since = failing.get(urn) ?? Date.now();
    failing.set(urn, since);
    if (Date.now() - since < limit) return true;
    throw new Error(
      `Cilium's operator has not registered the kind ${type.replace(/^.*:/, "")} within ${timeout} (operatorTimeout): it is not ` +
        "running, or not well; see `kubectl describe pods --all-namespaces --selector io.cilium/app=operator` and its log, then run " +
        "`pulumi up` again: it goes on from here",
    );
  };
}

import * as pulumi from "@pulumi/pulumi";
import { parseDuration } from "../support/goDuration.ts";

/** The hooks of one deployment, by timeout. */
const hooksOf = new WeakMap<object, Map<string, pulumi.ErrorHook>>();

/**
 * Resource options that make the engine try again while Cilium's kinds do not exist. Every resource with the same timeout shares one hook,
 * because the engine knows hooks by name: two components of one name under different parents would otherwise register the same name twice.
 */
export function retryUntilKindExists(timeout: string): Pick<pulumi.CustomResourceOptions, "hooks"> {
  const monitor = pulumi.runtime.getMonitor();
  // Pulumi's mocks do not support error hooks.
  if (monitor === undefined || !("registerErrorHook" in monitor)) return {};
  const hooks = hooksOf.get(monitor) ?? new Map<string, pulumi.ErrorHook>();
  hooksOf.set(monitor, hooks);
  const hook =
    hooks.get(timeout) ?? new pulumi.ErrorHook(`talos-cilium-cni-until-kind-exists-${timeout}`, kindExistsHook(timeout));
  hooks.set(timeout, hook);
  return { hooks: { onError: [hook] } };
}

/**
 * Retries while Cilium's operator has not registered the kind of the resource, which it does when it starts. Every other error ends the
 * operation at once. After `timeout`, a Go duration, the hook throws an error that says where to look.
 */
export function kindExistsHook(timeout: string): pulumi.ErrorHookFunction {
  const limit = parseDuration(timeout) ?? 0;
  const firstFailures = new Map<string, number>();
  return ({ urn, type, errors: [newest = ""] }) => {
    if (!newest.includes("no matches for kind")) return false;
    const firstFailure = firstFailures.get(urn) ?? Date.now();
    firstFailures.set(urn, firstFailure);
    if (Date.now() - firstFailure < limit) return true;
    const kind = type.replace(/^.*:/, "");
    // The operator registers these kinds only if the agents would use them.
    const needed = kind.startsWith("CiliumBGP") ? "without the value bgpControlPlane.enabled, or not running" : "not running";
    throw new Error(
      `Cilium's operator has not registered the kind ${kind} within ${timeout} (operatorTimeout): it is ${needed}, or not well; ` +
        "see `kubectl describe pods --all-namespaces --selector io.cilium/app=operator` and its log, then run " +
        "`pulumi up` again: it goes on from here",
    );
  };
}

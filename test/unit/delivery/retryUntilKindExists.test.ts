import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { ErrorHookArgs } from "@pulumi/pulumi";
import { kindExistsHook } from "../../../components/delivery/retryUntilKindExists.ts";

const failure = (name: string, message: string) =>
  ({
    urn: `urn:${name}`,
    name,
    type: "kubernetes:cilium.io/v2:CiliumLoadBalancerIPPool",
    errors: [message, "no matches for kind"],
  }) as unknown as ErrorHookArgs;
const missing = 'creation of resource "" failed: no matches for kind "CiliumLoadBalancerIPPool" in version "cilium.io/v2"';

test("while the kind is missing, the engine retries each object until its own time is up", () => {
  mock.timers.enable({ apis: ["Date"] });
  try {
    const retry = kindExistsHook("1m30s");
    assert.equal(retry(failure("a", missing)), true);
    mock.timers.tick(60_000);
    assert.equal(retry(failure("a", missing)), true);
    assert.equal(retry(failure("b", missing)), true);
    mock.timers.tick(30_000);
    assert.throws(
      () => retry(failure("a", missing)),
      /has not registered the kind CiliumLoadBalancerIPPool within 1m30s \(operatorTimeout\).*`kubectl describe pods .*`pulumi up` again/,
    );
    assert.equal(retry(failure("b", missing)), true);
  } finally {
    mock.timers.reset();
  }
});

test("for a kind of BGP, the error says what the operator needs to register it", () => {
  mock.timers.enable({ apis: ["Date"] });
  try {
    const retry = kindExistsHook("1s");
    const peerConfig = { ...failure("a", missing), type: "kubernetes:cilium.io/v2:CiliumBGPPeerConfig" };
    assert.equal(retry(peerConfig), true);
    mock.timers.tick(1_000);
    assert.throws(
      () => retry(peerConfig),
      /registered the kind CiliumBGPPeerConfig within 1s \(operatorTimeout\): it is without the value bgpControlPlane\.enabled, or not running, or/,
    );
  } finally {
    mock.timers.reset();
  }
});

test("any other error is not retried, even after a missing kind", () => {
  const retry = kindExistsHook("10m");
  assert.equal(retry(failure("a", missing)), true);
  assert.equal(retry(failure("a", "spec.blocks: Invalid value")), false);
});

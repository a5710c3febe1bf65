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

test("while the kind is missing the engine tries again, up to the limit, each object by its own clock", () => {
  mock.timers.enable({ apis: ["Date"] });
  try {
    const tryAgain = kindExistsHook("1m30s");
    assert.equal(tryAgain(failure("a", missing)), true);
    mock.timers.tick(60_000);
    assert.equal(tryAgain(failure("a", missing)), true);
    assert.equal(tryAgain(failure("b", missing)), true);
    mock.timers.tick(30_000);
    assert.throws(
      () => tryAgain(failure("a", missing)),
      /has not registered the kind CiliumLoadBalancerIPPool within 1m30s \(operatorTimeout\).*`kubectl describe pods .*`pulumi up` again/,
    );
    assert.equal(tryAgain(failure("b", missing)), true);
  } finally {
    mock.timers.reset();
  }
});

test("any other error is not tried again, whatever came before it", () => {
  const tryAgain = kindExistsHook("10m");
  assert.equal(tryAgain(failure("a", missing)), true);
  assert.equal(tryAgain(failure("a", "spec.blocks: Invalid value")), false);
});

// What an existing stack refuses, with the real engine and every delivery. test/unit/checks/changes has every rule.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withStack } from "../../commands/lib/stack.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { preview, up } from "../harness/operations.ts";
import { restoreState } from "../harness/recordedStates.ts";
import { assertRefused, changeRefusal, skippedMinor, stateOf } from "../harness/refusedChanges.ts";

const updated = ["update TalosCiliumCni cilium"];

const deliveries = [
  ["manifest", { ...devStack }],
  ["machineConfig", { ...devStack, delivery: "machineConfig" }],
] as const satisfies readonly (readonly [string, TalosCiliumCniArgs])[];
for (const [delivery, inputs] of deliveries) {
  test(`delivery ${delivery}: from 1.18 to 1.20 is refused, from 1.18 to 1.19 is not`, { timeout: 300_000 }, async () => {
    await withStack({ ...inputs, ...chartArgs("1.18.4") }, async (stack) => {
      await up(stack);
      await assertRefused(stack, { ...inputs, ...chartArgs("1.20.0") }, skippedMinor);

      stack.configure({ ...inputs, ...chartArgs("1.19.6") });
      assert.deepEqual(await preview(stack), updated);

      stack.configure({ ...inputs, ...chartArgs("1.20.0"), allowUnsafeChanges: ["minorSkip"] });
      assert.deepEqual(await preview(stack), updated);
      assert.deepEqual(await up(stack), updated);
      // The permission is not part of the state.
      stack.configure({ ...inputs, ...chartArgs("1.20.0") });
      assert.deepEqual(await preview(stack), []);

      await assertRefused(
        stack,
        { ...inputs, ...chartArgs("1.18.4"), allowUnsafeChanges: ["minorSkip"] },
        changeRefusal(String.raw`ciliumVersion: 1\.18\.4 is more than one minor release below 1\.20\.0, `),
      );
      // A stack whose inputs would be refused can be refreshed and destroyed.
      assert.deepEqual((await stack.stack.refresh()).summary.resourceChanges, { same: 2 });
      assert.deepEqual((await stack.stack.destroy()).summary.resourceChanges, { delete: 2 });
    });
  });
}

test("delivery chart is refused before Pulumi's Kubernetes plugin is needed", { timeout: 300_000 }, async () => {
  await withStack({ ...devStack, ...chartArgs("1.18.4") }, async (stack) => {
    await up(stack);
    const inputs = { ...devStack, delivery: "chart", gatewayApi: { enabled: false } } as const;
    await assertRefused(stack, { ...inputs, ...chartArgs("1.20.0") }, skippedMinor);
  });
});

const changes = [
  ["podCidr", { podCidr: "10.42.0.0/16" }, "podCidr", /podCidr: 10\.42\.0\.0\/16 replaces 10\.244\.0\.0\/16, /],
  ["namespace", { namespace: "cilium" }, "namespace", /namespace: cilium replaces kube-system, /],
  ["routing.mode", { routing: { mode: "tunnel" } }, "routingMode", /routing\.mode: tunnel replaces native, /],
] as const satisfies readonly (readonly [string, TalosCiliumCniArgs, string, RegExp])[];
test("another podCidr, namespace or routing mode is refused unless it is permitted", { timeout: 300_000 }, async () => {
  const inputs = { ...devStack, ...chartArgs() };
  await withStack(inputs, async (stack) => {
    await up(stack);
    for (const [, change, permission, expected] of changes) {
      await assertRefused(stack, { ...inputs, ...change }, changeRefusal(expected.source));
      stack.configure({ ...inputs, ...change, allowUnsafeChanges: [permission] });
      assert.deepEqual(await preview(stack), updated);
    }
    const all = Object.assign({}, ...changes.map(([, change]) => change)) as TalosCiliumCniArgs;
    await assertRefused(
      stack,
      { ...inputs, ...all },
      changeRefusal(String.raw`3 changes are refused:\n  namespace: .*\n  podCidr: .*\n  routing\.mode: .*$`),
    );
    stack.configure({ ...inputs, ...all, allowUnsafeChanges: ["podCidr", "namespace", "routingMode"] });
    assert.deepEqual(await up(stack), updated);
    stack.configure({ ...inputs, ...all });
    assert.deepEqual(await preview(stack), []);
  });
});

test("inputs that cannot work leave the inputs of the last up in the state", { timeout: 300_000 }, async () => {
  const inputs = { ...devStack, ...chartArgs("1.18.4"), podCidr: "10.42.0.0/16" };
  await withStack(inputs, async (stack) => {
    await up(stack);
    await assertRefused(
      stack,
      { ...inputs, namespace: "A" },
      /^(?:before hook "upgrade guard of cilium" failed: )?namespace: [^\n]*$/,
    );
    stack.configure({ ...inputs, hubble: { enabled: true } });
    assert.deepEqual(await preview(stack), updated);
    await assertRefused(stack, { ...inputs, ...chartArgs("1.20.0") }, skippedMinor);
  });
});

test(
  "a release that the inputs did not name counts too, also in a state of an earlier release",
  { timeout: 300_000 },
  async () => {
    await withStack(devStack, async (stack) => {
      stack.configure({ ...devStack, chart: chartArgs().chart });
      await up(stack);
      const recorded = (await stateOf(stack)).map(({ inputs }) => inputs?.["ciliumVersion"]);
      assert.deepEqual(recorded, [undefined, "1.19.6"]);
    });
    const changed = { ...devStack, ...chartArgs("1.20.0") };
    for (const replacements of [{}, { '"ciliumVersion":"1.18.4",': "" }]) {
      await withStack(changed, async (stack) => {
        await restoreState(stack, "manifest", replacements);
        await assertRefused(stack, changed, skippedMinor);
      });
    }
  },
);

test("a secret routing mode is not quoted", { timeout: 300_000 }, async () => {
  // Without a mode, the values decide.
  const inputs = { ...devStack, ...chartArgs(), routing: { directRoutes: true } };
  await withStack({ ...inputs, secretValues: { routingMode: "tunnel" } }, async (stack) => {
    await up(stack);
    await assertRefused(
      stack,
      { ...inputs, secretValues: { routingMode: "native" } },
      changeRefusal(String.raw`secretValues\.routingMode: \[secret\] replaces \[secret\], (?!.*(?:native|tunnel))`),
    );
  });
});

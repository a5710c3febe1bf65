import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterChangeChecks } from "../../../../components/checks/changes/cluster.ts";
import { Delivery, type TalosCiliumCniArgs, UnsafeChange } from "../../../../components/inputs/args.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { changeFindings } from "../../../harness/findings.ts";

const dualStack = {
  podCidr: "10.244.0.0/16,fd00:10:244::/56",
  serviceCidr: "10.96.0.0/12,fd00:10:96::/108",
} as const;

testExamples(
  clusterChangeChecks,
  {
    "another podCidr in a running cluster": [
      [
        { podCidr: "10.42.0.0/16" },
        /^podCidr: 10\.42\.0\.0\/16 replaces 10\.244\.0\.0\/16, but nodes keep the range .* \(docs\/upgrading\.md, "Settings that need care"\); set podCidr to "10\.244\.0\.0\/16", or set allowUnsafeChanges to \["podCidr"\] if /,
        {},
      ],
      [{ podCidr: "10.244.0.0/15" }, /^podCidr: /, {}],
      // The second family would need ranges that the nodes do not have.
      [
        dualStack,
        /^podCidr: .*fd00:10:244::\/56 replaces 10\.244\.0\.0\/16, .*; set podCidr to "10\.244\.0\.0\/16" and set serviceCidr to "10\.96\.0\.0\/12", or /,
        {},
      ],
      // Permissions that are there stay there.
      [{ podCidr: "10.42.0.0/16", allowUnsafeChanges: ["namespace"] }, /set allowUnsafeChanges to \["namespace","podCidr"\]/, {}],
    ],
    "another serviceCidr in the machine config of a running cluster": [
      [
        { delivery: "machineConfig", serviceCidr: "10.112.0.0/12" },
        /^serviceCidr: 10\.112\.0\.0\/12 replaces 10\.96\.0\.0\/12, but existing Services .*; set serviceCidr to "10\.96\.0\.0\/12", or set allowUnsafeChanges to \["serviceCidr"\] if /,
        {},
      ],
    ],
    "another namespace for a running Cilium": [
      [
        { namespace: "cilium" },
        /^namespace: cilium replaces kube-system, .*; set namespace to "kube-system", or set allowUnsafeChanges to \["namespace"\] if /,
        {},
      ],
    ],
    "another routing mode for a running Cilium": [
      [
        { routing: { mode: "tunnel" } },
        /^routing\.mode: tunnel replaces native, .*; set routing\.mode to "native", or set allowUnsafeChanges to \["routingMode"\] if /,
        {},
      ],
      [{}, /^routing\.mode: native replaces tunnel, .*; set routing\.mode to "tunnel", or /, { routing: { mode: "tunnel" } }],
      [
        { values: { routingMode: "tunnel" } },
        /^values\.routingMode: tunnel replaces native, .*; set values\.routingMode to "native", or /,
        { values: { routingMode: "native" } },
      ],
      [{ secretValues: { routingMode: "tunnel" } }, /^secretValues\.routingMode: \[secret\] replaces native, /, {}],
      [{}, /^routing\.mode: native replaces \[secret\], /, { secretValues: { routingMode: "tunnel" } }],
    ],
  },
  { besides: { "another podCidr in a running cluster": ["a permission for an unsafe change"] } },
);

const inputsOf = (args: TalosCiliumCniArgs, before: TalosCiliumCniArgs) => changeFindings(args, before).map(({ input }) => input);

/** Pairs of inputs that make the same cluster. */
const unchanged: readonly (readonly [TalosCiliumCniArgs, TalosCiliumCniArgs])[] = [
  [{}, {}],
  [{ podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/12", namespace: "kube-system", routing: { mode: "native" } }, {}],
  [{ podCidr: "fd00::/56" }, { podCidr: "FD00:0::/56" }],
  [{ podCidr: "10.244.0.0/16, fd00::/56" }, { podCidr: "10.244.0.0/16,fd00::/56" }],
  [{ routing: { mode: "tunnel" } }, { values: { routingMode: "tunnel" } }],
  [{ routing: { mode: "tunnel" } }, { secretValues: { routingMode: "tunnel" } }],
  [{ l2: { enabled: false }, values: { debug: { enabled: true } } }, { hubble: { enabled: true } }],
];
test("inputs that make the same cluster are accepted, in both directions and with every delivery", () => {
  for (const [args, before] of unchanged) {
    for (const delivery of Object.values(Delivery)) {
      assert.deepEqual(inputsOf({ ...args, delivery }, before), []);
      assert.deepEqual(inputsOf({ ...before, delivery }, args), []);
    }
  }
});

const changes: readonly (readonly [UnsafeChange, TalosCiliumCniArgs, string])[] = [
  ["podCidr", { podCidr: "10.42.0.0/16" }, "podCidr"],
  ["podCidr", { podCidr: "fd00:10:244::/56,10.244.0.0/16" }, "podCidr"],
  ["serviceCidr", { serviceCidr: "10.112.0.0/12", delivery: "machineConfig" }, "serviceCidr"],
  ["namespace", { namespace: "cilium" }, "namespace"],
  ["routingMode", { routing: { mode: "tunnel" } }, "routing.mode"],
];
test("each word permits its own change and no other, in both directions", () => {
  for (const [word, change, input] of changes) {
    const { delivery = "manifest", ...before } = change;
    const others = Object.values(UnsafeChange).filter((each) => each !== word);
    for (const [from, to] of [
      [{}, before],
      [before, {}],
    ] as const) {
      assert.deepEqual(inputsOf({ ...to, delivery }, from), [input]);
      assert.deepEqual(inputsOf({ ...to, delivery, allowUnsafeChanges: [word] }, from), []);
      assert.deepEqual(inputsOf({ ...to, delivery, allowUnsafeChanges: others }, from), [input]);
    }
  }
});

test("ranges with the same first or last address are different ranges", () => {
  for (const podCidr of ["10.244.0.0/15", "10.245.0.0/16"]) {
    for (const before of ["10.244.0.0/16", "10.244.0.0/15", "10.245.0.0/16"]) {
      assert.deepEqual(inputsOf({ podCidr }, { podCidr: before }), podCidr === before ? [] : ["podCidr"]);
    }
  }
});

test("a primary IP family that changes is another podCidr", () => {
  const swapped = { podCidr: "fd00:10:244::/56,10.244.0.0/16" };
  assert.deepEqual(inputsOf(swapped, { podCidr: dualStack.podCidr }), ["podCidr"]);
});

test("serviceCidr may change where it changes nothing in the cluster", () => {
  for (const delivery of ["manifest", "chart"] as const)
    assert.deepEqual(inputsOf({ serviceCidr: "10.112.0.0/12", delivery }, {}), []);
});

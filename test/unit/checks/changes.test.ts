import assert from "node:assert/strict";
import { test } from "node:test";
import { checkChanges, recordedCluster, type RecordedState } from "../../../components/checks/changes.ts";
import { ciliumValues } from "../../../components/cilium/values.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";

const defaults = { podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/12", namespace: "kube-system", routingMode: "native" };
const inputsOf = (state: RecordedState) => {
  const settings = resolveSettings({ ciliumVersion: "1.20.0" });
  return checkChanges({ settings, values: ciliumValues(settings) }, state).errors.map(({ input }) => input);
};

test("inputs that the state does not have are the defaults", () => {
  const ciliumVersion = "1.18.4";
  assert.deepEqual(recordedCluster({ inputs: { ciliumVersion }, images: [] }), { ...defaults, ciliumVersion });
});

test("inputs of another form, which another release of this package may have had, do no harm", () => {
  const inputs = { ciliumVersion: "1.18.4", bgp: {}, talos: 1, lan: null, l2: "x", former: {} };
  assert.deepEqual(recordedCluster({ inputs, images: [] }), { ...defaults, ciliumVersion: "1.18.4" });
});

test("a release that is not recorded is that of the agent's image, if there is one", () => {
  const digest = `@sha256:${"0".repeat(64)}`;
  const envoy = `quay.io/cilium/cilium-envoy:v1.34.10-1762597008${digest}`;
  for (const [image, expected] of [
    [`quay.io/cilium/cilium:v1.18.4${digest}`, "1.18.4"],
    ["registry.example:5000/mirror/cilium:v1.19.6", "1.19.6"],
    ["quay.io/cilium/cilium-ci:latest", undefined],
    ["quay.io/cilium/cilium:v1.20.0-rc.1", undefined],
    [`quay.io/cilium/operator-generic:v1.18.4${digest}`, undefined],
  ] as const) {
    assert.equal(recordedCluster({ inputs: {}, images: [envoy, image] }).ciliumVersion, expected);
  }
});

test("a state that tells nothing is compared with nothing", () => {
  assert.deepEqual(inputsOf({ inputs: {}, images: [] }), []);
  assert.deepEqual(inputsOf({ inputs: { namespace: "cilium" }, images: [] }), []);
  assert.deepEqual(inputsOf({ inputs: { namespace: "cilium" }, images: ["a/cilium:latest"] }), ["namespace"]);
});

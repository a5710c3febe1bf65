import assert from "node:assert/strict";
import { test } from "node:test";
import { validate } from "../../../../components/checks/validate.ts";
import { startupChecks } from "../../../../components/checks/values/startup.ts";
import type { HelmValues } from "../../../../components/helm/values.ts";
import { problemLines } from "../../../../components/support/problems.ts";
import { values } from "../../../fixtures/validInputs.ts";
import { chartArgs } from "../../../harness/charts.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

const controlPlane = { key: "node-role.kubernetes.io/control-plane", operator: "Exists" };
const ofAgent = (tolerations: unknown): HelmValues => ({ tolerations });
const ofOperator = (tolerations: unknown): HelmValues => ({ operator: { tolerations } });

testExamples(startupChecks, {
  "an agent or operator that does not tolerate a node without network": [
    [
      values(ofAgent([controlPlane])),
      /^values\.tolerations: lets the agent run only on nodes that are ready, .*: set it to \[\{"key":"node-role\S+,\{"key":"node\.kubernetes\.io\/not-ready","operator":"Exists"\}\]$/,
    ],
    [values(ofOperator([])), /^values\.operator\.tolerations: lets the operator run only on nodes that are ready, /],
    [{ secretValues: ofAgent(null) }, /tolerations: lets the agent run only on nodes that are ready, /],
  ],
  "`nodeinit`": [[values({ nodeinit: { enabled: true } }), /^values\.nodeinit\.enabled: cannot be true on Talos: /]],
  "an etcd without its address": [
    [values({ etcd: { enabled: true } }), /^values\.etcd\.enabled: is true, but values\.etcd\.endpoints has no address; /],
    [values({ etcd: { enabled: true, endpoints: ["https://CHANGE-ME:2379"] } }), /^values\.etcd\.enabled: is true, but /],
  ],
});

/** The errors about these values: `input: message` for each. */
function errorsOf(helmValues: HelmValues): readonly string[] {
  return problemLines(validate({ ...chartArgs(), values: helmValues }).errors);
}

for (const [name, withTolerations] of Object.entries({ ofAgent, ofOperator })) {
  test(`${name}: tolerations that match the taint of a node that is not ready are accepted`, () => {
    const key = "node.kubernetes.io/not-ready";
    for (const toleration of [
      { operator: "Exists" },
      { operator: "Exists", effect: "NoSchedule" },
      { operator: "Exists", key: "", effect: "" },
      { key, operator: "Exists" },
      { key, operator: "Exists", effect: "NoSchedule" },
      { key },
      { key, operator: "Equal", value: "", effect: "NoSchedule" },
    ]) {
      assert.deepEqual(errorsOf(withTolerations([controlPlane, toleration])), [], JSON.stringify(toleration));
    }
    for (const toleration of [
      { operator: "Exists", effect: "NoExecute" },
      { key, operator: "Exists", effect: "NoExecute" },
      { key, value: "true" },
      { key: "node.kubernetes.io/unreachable", operator: "Exists" },
      { key: "node.cilium.io/agent-not-ready", operator: "Exists" },
    ]) {
      const [problem = "", ...others] = errorsOf(withTolerations([toleration]));
      assert.deepEqual(others, []);
      // Whoever follows the advice literally has no problem left.
      const [, list = ""] = /set it to (\[.*\])$/.exec(problem) ?? assert.fail(JSON.stringify(toleration));
      assert.deepEqual(errorsOf(withTolerations(JSON.parse(list))), []);
    }
  });
}

test("pods that a node does not need in order to become ready may tolerate what they like", () => {
  for (const accepted of [
    {},
    { envoy: { tolerations: [] } },
    { operator: {} },
    { nodeinit: { enabled: false, tolerations: [] } },
    { etcd: { enabled: false } },
    { etcd: { enabled: true, endpoints: ["https://192.168.1.10:2379"] } },
  ]) {
    assert.deepEqual(errorsOf(accepted), [], JSON.stringify(accepted));
  }
});

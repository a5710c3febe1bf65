import assert from "node:assert/strict";
import { test } from "node:test";
import { largeNumberChecks } from "../../../../components/checks/rendering/largeNumbers.ts";
import type { TalosCiliumCniArgs } from "../../../../components/inputs/args.ts";
import type { KubernetesObject } from "../../../../components/kubernetes/yaml.ts";
import { examine } from "../../../../components/plan.ts";
import { agentRefusalsOf } from "../../../fixtures/agentRefusals.ts";
import { followAdvice } from "../../../harness/advice.ts";
import { chartArgs, readAsKubernetes } from "../../../harness/charts.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { checkResults } from "../../../harness/findings.ts";

const title = "a number that Helm writes with an exponent";

testExamples(largeNumberChecks, agentRefusalsOf(largeNumberChecks));

test("large numbers that the chart writes in full are accepted, in every release", () => {
  for (const ciliumVersion of ["1.18.4", "1.19.6", "1.20.0"]) {
    const bpf = { ctTcpMax: 2_000_000, ctAnyMax: 1_000_000, natMax: 2_500_000, lbMapMax: 1_000_000 };
    assert.deepEqual(checkResults({ ciliumVersion, values: { bpf } }), [], ciliumVersion);
  }
});

test("a number is named with the exponent that Helm writes", () => {
  for (const [number, text] of [
    [1_234_567, "1.234567e+06"],
    [12_000_000, "1.2e+07"],
    [1_000_000_000, "1e+09"],
  ] as const) {
    const [result] = checkResults({ values: { bpf: { nodeMapMax: number } } });
    assert(result?.problems[0]?.includes(`is ${number}, which Helm writes as ${text} into`), JSON.stringify(result));
  }
  assert.deepEqual(checkResults({ values: { bpf: { nodeMapMax: 999_999 } } }), []);
});

test("of several equal numbers, only those that Helm writes with an exponent are named", () => {
  const bpf = { natMax: 2_000_000, ctTcpMax: 2_000_000, nodeMapMax: 2_000_000 };
  assert.deepEqual(
    checkResults({ values: { bpf, nat: { mapStatsEntries: 2_000_000 } } }).flatMap(({ problems }) => problems),
    [
      'values.bpf.nodeMapMax: is 2000000, which Helm writes as 2e+06 into bpf-node-map-max; leave values.bpf.nodeMapMax out and set values.extraConfig.bpf-node-map-max to "2000000"',
      'values.nat.mapStatsEntries: is 2000000, which Helm writes as 2e+06 into nat-map-stats-entries; leave values.nat.mapStatsEntries out and set values.extraConfig.nat-map-stats-entries to "2000000"',
    ],
  );
});

test("whoever follows the advice for several numbers at once gets all of them in full, in every release", () => {
  for (const ciliumVersion of ["1.18.4", "1.19.6", "1.20.0"]) {
    const args = {
      ciliumVersion,
      values: {
        bpf: { nodeMapMax: 1_000_000, natMax: 1_000_000 },
        nat: { mapStatsEntries: 3_000_000 },
        hubble: { enabled: true, tls: { auto: { method: "cronJob" } }, eventQueueSize: 4_000_000 },
      },
    };
    const messages = checkResults(args).flatMap(({ check, problems }) => (check === title ? problems : []));
    assert.equal(messages.length, 3, ciliumVersion);
    const corrected = messages.reduce<TalosCiliumCniArgs>((inputs, message) => followAdvice(message, inputs)[0] ?? inputs, args);
    const { plan } = examine({ ...chartArgs(ciliumVersion), ...corrected });
    // Kubernetes takes the last of two equal keys, as Go's reader does.
    const [config] = (readAsKubernetes(plan?.manifest.yaml ?? "") as KubernetesObject[]).filter(
      ({ kind, metadata }) => kind === "ConfigMap" && metadata.name === "cilium-config",
    );
    const data = config?.["data"] as Readonly<Record<string, string>>;
    assert.deepEqual(
      ["bpf-node-map-max", "bpf-nat-global-max", "nat-map-stats-entries", "hubble-event-queue-size"].map((key) => data[key]),
      ["1000000", "1000000", "3000000", "4000000"],
      ciliumVersion,
    );
  }
});

test("rates of a million are accepted, because Cilium reads them as floating-point numbers", () => {
  const rate = 1_000_000;
  for (const ciliumVersion of ["1.18.4", "1.19.6", "1.20.0"]) {
    const values = {
      k8sClientRateLimit: { qps: rate, burst: 500, operator: { qps: rate, burst: 500 } },
      ipam: { operator: { externalAPILimitQPS: rate } },
    };
    assert.deepEqual(checkResults({ ciliumVersion, values }), [], ciliumVersion);
  }
});

test("a number from secretValues is quoted in no form, and the advice keeps it there", () => {
  for (const number of [1_000_000, 1_234_567, 2_345_678_900]) {
    const problems = checkResults({ secretValues: { bpf: { nodeMapMax: number } } }).flatMap((result) => result.problems);
    assert.deepEqual(problems, [
      "secretValues.bpf.nodeMapMax: is [secret], which Helm writes with an exponent into bpf-node-map-max; " +
        'leave secretValues.bpf.nodeMapMax out and set secretValues.extraConfig.bpf-node-map-max to "[secret]"',
    ]);
  }
  const extraConfig = { "bpf-node-map-max": "1234567" };
  assert.deepEqual(checkResults({ secretValues: { extraConfig } }), []);
});

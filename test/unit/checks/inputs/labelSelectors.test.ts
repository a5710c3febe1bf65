import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkInputs } from "../../../../components/checks/inputs.ts";
import { labelSelectorChecks } from "../../../../components/checks/inputs/labelSelectors.ts";
import type { TalosCiliumCniArgs } from "../../../../components/inputs/args.ts";
import type { LabelSelector } from "../../../../components/inputs/loadBalancerArgs.ts";
import { run } from "../../../../tools/childProcess.mjs";
import { bgp, pool } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

const operators = ["In", "NotIn", "Exists", "DoesNotExist"] as const;
const long = "a".repeat(63);
const validKeys = [
  "app",
  "example.com/app",
  "a",
  "A_b.c-d",
  long,
  `${"a".repeat(60)}.example.com/app`,
  "io.kubernetes.service.namespace",
];
const invalidKeys = [
  "",
  "bad key!",
  "-a",
  "a-",
  "a/b/c",
  "/a",
  "a/",
  "Example.com/app",
  `${long}a`,
  `${"a.".repeat(127)}a/b`,
  "ä",
  "a\n",
];
const key = fc.constantFrom(...validKeys, ...invalidKeys);
const value = fc.constantFrom("", "a", "1", "A_b.c-d", long, `${long}a`, "v v", "-a", "a-", ".a", "a/b", "ä", "a\n");
const requirement = fc.record(
  { key, operator: fc.constantFrom(...operators), values: fc.array(value, { maxLength: 2 }) },
  { requiredKeys: ["key", "operator"] },
);
const selector: fc.Arbitrary<LabelSelector> = fc.record(
  { matchLabels: fc.dictionary(key, value, { maxKeys: 2 }), matchExpressions: fc.array(requirement, { maxLength: 2 }) },
  { requiredKeys: [] },
);

// Each gives inputs with the selector at one place.
const places: readonly ((selector: LabelSelector) => TalosCiliumCniArgs)[] = [
  (serviceSelector) => ({
    loadBalancer: { ipPools: [{ name: "a", blocks: [{ cidr: "10.0.0.0/29" }], serviceSelector }] },
  }),
  (serviceSelector) => ({ loadBalancer: { l2Policies: [{ name: "a", serviceSelector }] } }),
  (nodeSelector) => ({ loadBalancer: { l2Policies: [{ name: "a", nodeSelector }] } }),
  (nodeSelector) => bgp({ nodeSelector }),
  (serviceSelector) => bgp({ advertise: { serviceSelector } }),
];

test("a label selector is accepted if and only if Kubernetes accepts it", () => {
  const selectors = fc.sample(selector, { numRuns: 2000, seed: 1 });
  const answers = JSON.parse(run("labelselector", [], { input: JSON.stringify(selectors) })) as readonly string[];
  const valid = answers.filter((answer) => answer === "").length;
  assert(valid > 200 && valid < 1800, `${valid} of the selectors are valid`);
  for (const [index, each] of selectors.entries()) {
    const place = places[index % places.length] ?? assert.fail();
    // Kubernetes accepts a selector that nothing can match.
    const errors = checkInputs(place(each)).errors.filter(({ message }) => !message.startsWith("matches nothing"));
    assert.equal(errors.length === 0, answers[index] === "", `${JSON.stringify(each)}: ${answers[index] ?? ""}`);
  }
});

const contradictions: readonly LabelSelector[] = [
  {
    matchExpressions: [
      { key: "app", operator: "Exists" },
      { key: "app", operator: "DoesNotExist" },
    ],
  },
  { matchLabels: { app: "a" }, matchExpressions: [{ key: "app", operator: "NotIn", values: ["b", "a"] }] },
  { matchLabels: { app: "a" }, matchExpressions: [{ key: "app", operator: "In", values: ["b", "c"] }] },
  { matchLabels: { other: "a", app: "a" }, matchExpressions: [{ key: "app", operator: "DoesNotExist" }] },
  {
    matchExpressions: [
      { key: "app", operator: "In", values: ["a", "b"] },
      { key: "app", operator: "NotIn", values: ["a"] },
      { key: "app", operator: "NotIn", values: ["b", "c"] },
    ],
  },
];

test("a selector that nothing can match is an error at every place", () => {
  for (const place of places) {
    for (const each of contradictions) {
      const [error, ...others] = checkInputs(place(each)).errors;
      assert.match(error?.input ?? "", /[sS]elector$/);
      assert.match(error?.message ?? "", /^matches nothing, because its conditions contradict each other/);
      assert.deepEqual(others, []);
    }
  }
});

const policyFor = (serviceSelector: LabelSelector) => ({ loadBalancer: { l2Policies: [{ name: "a", serviceSelector }] } });

testExamples(labelSelectorChecks, {
  "a label selector that Kubernetes does not accept": [
    [
      policyFor({ matchExpressions: [{ key: "app", operator: "In" }] }),
      /^loadBalancer\.l2Policies\[0\]\.serviceSelector\.matchExpressions\[0\]\.values: is empty, but operator In compares/,
    ],
    [
      policyFor({ matchExpressions: [{ key: "app", operator: "Exists", values: ["a"] }] }),
      /\.matchExpressions\[0\]\.values: is \["a"\], but operator Exists takes no values; leave .*\.values out$/,
    ],
    [policyFor({ matchLabels: { "bad key!": "a" } }), /\.matchLabels: "bad key!" is not a valid label key; write it as app/],
    [policyFor({ matchLabels: { app: "a b" } }), /\.matchLabels\.app: "a b" is not a valid label value; it may have at most 63/],
    [
      {
        loadBalancer: {
          ...pool({ cidr: "192.168.1.200/29" }).loadBalancer,
          l2Policies: [{ name: "a", nodeSelector: { matchLabels: { "-": "" } } }],
        },
      },
      /^loadBalancer\.l2Policies\[0\]\.nodeSelector\.matchLabels: "-" is not a valid label key/,
    ],
    [
      bgp({ nodeSelector: { matchLabels: { "bad key!": "a" } } }),
      /^bgp\[0\]\.nodeSelector\.matchLabels: "bad key!" is not a valid label key/,
    ],
    [
      bgp({ advertise: { serviceSelector: { matchExpressions: [{ key: "app", operator: "NotIn", values: [] }] } } }),
      /^bgp\[0\]\.advertise\.serviceSelector\.matchExpressions\[0\]\.values: is empty/,
    ],
  ],
  "a label selector that nothing can match": [
    [
      policyFor(contradictions[0] ?? {}),
      /^loadBalancer\.l2Policies\[0\]\.serviceSelector: matches nothing, because its conditions contradict each other; change/,
    ],
    [bgp({ nodeSelector: contradictions[1] ?? {} }), /^bgp\[0\]\.nodeSelector: matches nothing/],
    [bgp({ advertise: { serviceSelector: contradictions[2] ?? {} } }), /^bgp\[0\]\.advertise\.serviceSelector: matches nothing/],
  ],
});

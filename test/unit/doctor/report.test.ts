import assert from "node:assert/strict";
import { test } from "node:test";
import { examine } from "../../../components/doctor/examine.ts";
import { exitStatus, writeJson, writeReport } from "../../../components/doctor/report.ts";
import { factsWith, policy, refused, service } from "../../fixtures/healthyFacts.ts";

const pending = { ...refused("out_of_ips", "full"), metadata: { name: "late", namespace: "default" } };
const sick = examine(factsWith({ services: [service(), pending] }));

test("the report fits on a screen: a line for each Service, and the first cause first", () => {
  const report = writeReport(examine(factsWith({ l2Policies: [policy({ loadBalancerIPs: false })] })), { colors: false });
  assert.match(report, /^cluster {6}✓ Cilium {3}✓ Pools/);
  assert.match(
    report,
    /^default\/web {2}192\.168\.1\.200 {2}✓ Pods {3}✓ Address {3}✗ L2 announcement {3}- BGP advertisement {3}· Answer$/m,
  );
  assert.match(report, /^1\. default\/web, L2 announcement: a policy that announces nothing$/m);
  assert.match(report, /^ {3}do {5}Set spec\.loadBalancerIPs of the policy to true\.$/m);
  assert(report.split("\n").length < 12, report);
});

test("a healthy cluster has a short report", () => {
  assert.match(writeReport(examine(factsWith()), { colors: false }), /\n\nnothing found\n$/);
  assert.match(writeReport(examine(factsWith({ services: [] })), { colors: false }), /there is no Service of type LoadBalancer/);
});

test("a Service without an address is pending", () => {
  assert.match(writeReport(sick, { colors: false }), /^default\/late {2}<pending> {6}✗ Pods {3}✗ Address/m);
});

test("findings are broken at the width of the terminal, and commands are not", () => {
  const report = writeReport(sick, { colors: false, width: 60 });
  const [, , ...findings] = report.split("\n\n");
  assert(findings.length > 0);
  for (const line of findings.join("\n").split("\n").slice(1)) assert(line.length <= 60 || line.includes("`"), line);
  assert.equal(report.replaceAll(/\n {10}(?! )/g, " "), writeReport(sick, { colors: false }));
});

test("colors are only there if they are asked for", () => {
  const escape = "\u001B[";
  assert(!writeReport(sick, { colors: false }).includes(escape));
  assert(writeReport(sick, { colors: true }).includes(escape));
});

test("each reason why something was not looked at is printed once", () => {
  const facts = factsWith();
  const report = writeReport(examine({ ...facts, objects: { ...facts.objects, leases: { unread: "leases is forbidden" } } }), {
    colors: false,
  });
  assert.equal(report.split("leases is forbidden").length, 2);
  assert.match(report, /^not looked at:\n {2}\? leases: leases is forbidden \(an operator that does not work, /m);
});

test("the JSON has the first cause, all findings, and every step", () => {
  const json = JSON.parse(writeJson(sick)) as Record<string, unknown> & { findings: unknown[] };
  assert.deepEqual(Object.keys(json), ["format", "firstCause", "findings", "notLookedAt", "cluster", "services"]);
  assert.deepEqual(json["firstCause"], json.findings[0]);
  assert.equal((JSON.parse(writeJson(examine(factsWith()))) as { firstCause: unknown }).firstCause, null);
});

test("the exit status says whether something was found", () => {
  assert.equal(exitStatus(sick), 1);
  assert.equal(exitStatus(examine(factsWith())), 0);
});

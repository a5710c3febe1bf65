import assert from "node:assert/strict";
import { test } from "node:test";
import { examine } from "../../../../components/doctor/examine.ts";
import type { Answer } from "../../../../components/doctor/facts.ts";
import { answerRules } from "../../../../components/doctor/rules/answers.ts";
import { factsWith } from "../../../fixtures/healthyFacts.ts";
import { testRules } from "../../../harness/ruleExamples.ts";

const facts = (answer: Partial<Answer>, more = {}) => {
  const healthy: Answer = {
    isOnLink: true,
    mac: "02:00:00:00:00:01",
    isSilent: false,
    ports: { "80": "connected" },
    http: { "80": 404 },
  };
  return factsWith({}, { answers: { "192.168.1.200": { ...healthy, ...answer } }, ...more });
};

testRules(answerRules, {
  "silent-on-the-lan": [
    [facts({ isSilent: true, ports: { "80": "no answer" } }), /nobody answers for it, although node-1 announces it/],
  ],
  "stranger-answers": [
    [
      facts({ mac: "02:00:00:00:00:99", ports: { "80": "refused" } }),
      /02:00:00:00:00:99 answers for 192\.168\.1\.200, which is the MAC address of the InternalIP of no node/,
    ],
  ],
  "outside-the-lan": [
    [
      factsWith(
        {},
        { answers: { "192.168.1.200": { isOnLink: false, isSilent: false, ports: { "80": "no answer" }, http: {} } } },
      ),
      /192\.168\.1\.200 is not in the subnet that this machine shares with the nodes/,
    ],
  ],
  "port-silent": [
    [facts({ ports: { "80": "refused" } }), /192\.168\.1\.200 port 80: the connection is refused/],
    [facts({ ports: { "80": "connected", "443": "no answer" } }), /port 443: no answer/],
    [
      factsWith(
        {},
        {
          answers: { "192.168.1.200": { isOnLink: false, isSilent: false, ports: { "80": "no answer" }, http: {} } },
          macAddresses: {},
        },
      ),
      /port 80: no answer/,
    ],
  ],
  "http-no-answer": [[facts({ http: { "80": "no answer" } }), /port 80: it connects, and GET \/ gets no answer/]],
  "http-gateway-error": [
    [facts({ http: { "80": 503 } }), /port 80: GET \/ gets the status 503/],
    [facts({ http: { "80": 200, "8080": 502 } }), /port 8080: GET \/ gets the status 502/],
  ],
});

test("whatever else a web server answers, the way to it works", () => {
  for (const status of [200, 204, 301, 401, 403, 404, 426, 500, 501, 505])
    assert.deepEqual(examine(facts({ http: { "80": status } })).findings, [], String(status));
});

test("what this machine cannot tell is no finding", () => {
  // A node may have another interface for its Services.
  assert.deepEqual(examine(facts({ mac: "02:00:00:00:00:99" })).findings, []);
  assert.deepEqual(examine(facts({}, { macAddresses: {} })).findings, []);
  const { mac: _, ...withoutMac } = { isOnLink: true, mac: "", isSilent: false, ports: { "80": "connected" }, http: {} } as const;
  assert.deepEqual(examine(factsWith({}, { answers: { "192.168.1.200": withoutMac } })).findings, []);
});

test("if this machine did not ask, the report says so", () => {
  const { findings, services } = examine(factsWith({}, { answers: undefined }));
  assert.deepEqual(findings, []);
  assert.equal(services[0]?.steps.at(-1)?.state, "notUsed");
});

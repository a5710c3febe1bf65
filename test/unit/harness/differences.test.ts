import assert from "node:assert/strict";
import { test } from "node:test";
import { differences } from "../../harness/differences.ts";

const sent = {
  metadata: { name: "a", annotations: null },
  spec: { replicas: 1, paused: false, list: [], hosts: [{ name: "x", port: 80 }], words: ["a", "b"], cpu: 1 },
};

test("what an API server adds, omits or rewrites is no difference", () => {
  for (const received of [
    sent,
    { ...sent, status: { ready: true } },
    {
      metadata: { name: "a", uid: "1", annotations: { added: "1" } },
      spec: { ...sent.spec, hosts: [{ name: "x", port: 80, weight: 1 }] },
    },
    { metadata: { name: "a" }, spec: { replicas: 1, hosts: sent.spec.hosts, words: ["a", "b"], cpu: "1" } },
  ])
    assert.deepEqual(differences(sent, received), []);
});

test("everything else is a difference, with its path", () => {
  const withSpec = (spec: object) => ({ ...sent, spec: { ...sent.spec, ...spec } });
  const { replicas: _, ...others } = sent.spec;
  for (const [received, expected] of [
    [withSpec({ replicas: 2 }), "spec.replicas: 1 came back as 2"],
    [withSpec({ paused: true }), "spec.paused: false came back as true"],
    [{ ...sent, spec: others }, "spec.replicas: 1 came back as undefined"],
    [{ metadata: sent.metadata }, `spec: ${JSON.stringify(sent.spec)} came back as undefined`],
    [withSpec({ words: ["a"] }), 'spec.words[1]: "b" came back as undefined'],
    [withSpec({ words: ["a", "b", "c"] }), 'spec.words[2]: undefined came back as "c"'],
    [withSpec({ list: ["c"] }), 'spec.list[0]: undefined came back as "c"'],
    [withSpec({ hosts: [{ name: "x", port: 81 }] }), "spec.hosts[x].port: 80 came back as 81"],
    [withSpec({ hosts: [...sent.spec.hosts, { name: "y" }] }), 'spec.hosts[y]: undefined came back as {"name":"y"}'],
    [withSpec({ cpu: "1.0" }), 'spec.cpu: 1 came back as "1.0"'],
  ] as const)
    assert.deepEqual(differences(sent, received), [expected]);
  assert.equal(differences(sent, withSpec({ words: ["b", "a"] })).length, 2);
});

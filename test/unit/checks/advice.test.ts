import assert from "node:assert/strict";
import { test } from "node:test";
import { allOf, anyOf, leaveOut, masqueradeByBpf, setTo, withoutHostDns } from "../../../components/checks/advice.ts";
import { followAdvice } from "../../harness/advice.ts";

test("advice says what to set and what to leave out", () => {
  const first = allOf(setTo("values.a", true), setTo("values.b", "x"));
  assert.equal(anyOf([first, leaveOut("values.c")]), 'set values.a to true and set values.b to "x", or leave values.c out');
});

test("a reader who follows the text of the advice gets the inputs of each way", () => {
  const args = { values: { c: { d: 1, e: 2 } } };
  const advice = `no; ${anyOf([allOf(setTo("values.a", true), withoutHostDns), leaveOut("values.c.d"), "ask somebody"])}`;
  assert.deepEqual(followAdvice(advice, args), [
    { values: { a: true, c: { d: 1, e: 2 } }, talos: { forwardKubeDNSToHost: false } },
    { values: { c: { e: 2 } } },
  ]);
});

test("the way to masquerade by BPF fits Talos' DNS and the values that need eBPF host routing", () => {
  const dns = { talos: { forwardKubeDNSToHost: true } } as Parameters<typeof masqueradeByBpf>[0];
  const masquerade = "set values.bpf.masquerade to true";
  assert.equal(masqueradeByBpf(dns, {}), `${masquerade} and set values.bpf.hostLegacyRouting to true`);
  assert.equal(masqueradeByBpf(dns, { enableIPv4BIGTCP: true }), `${masquerade} and ${withoutHostDns}`);
  assert.equal(masqueradeByBpf(dns, { bpf: { hostLegacyRouting: true } }), masquerade);
  const noDns = { talos: { forwardKubeDNSToHost: false } } as Parameters<typeof masqueradeByBpf>[0];
  assert.equal(masqueradeByBpf(noDns, {}), masquerade);
});

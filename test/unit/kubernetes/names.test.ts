import assert from "node:assert/strict";
import { test } from "node:test";
import { dnsLabel, dnsSubdomain } from "../../../components/kubernetes/names.ts";

test("a DNS label has up to 63 lower case letters, digits and inner dashes", () => {
  for (const name of ["a", "0", "kube-system", "a--b", "x".repeat(63)]) {
    assert.match(name, dnsLabel);
    assert.match(name, dnsSubdomain);
  }
  for (const name of ["", "-a", "a-", "A", "a_b", "a b", "ü", "a\n", "x".repeat(64)]) assert.doesNotMatch(name, dnsLabel);
  assert.doesNotMatch("a.b", dnsLabel);
});

test("a DNS subdomain is a list of labels with up to 253 characters", () => {
  for (const name of ["a.b", "0.1", "pool-1.example.com", "x".repeat(253)]) assert.match(name, dnsSubdomain);
  for (const name of ["", ".", ".a", "a.", "a..b", "a.-b", "a-.b", "a.B", "a.b\n", "x".repeat(254)]) {
    assert.doesNotMatch(name, dnsSubdomain);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { findName, namesWith } from "../../../components/inputs/interfaceNames.ts";
import { interfacePatterns, namesOfPatterns } from "../../../components/inputs/interfacePatterns.ts";

const patterns = (...interfaces: string[]) => interfacePatterns({ name: "policy", interfaces }, 3);

test("a policy without interfaces has no patterns", () => {
  assert.deepEqual(interfacePatterns({ name: "policy" }, 0), []);
});

test("every pattern has its text and its input", () => {
  assert.deepEqual(
    patterns("^eth", "^en").map(({ input, text, error }) => [input, text, error]),
    [
      ["loadBalancer.l2Policies[3].interfaces[0]", "^eth", undefined],
      ["loadBalancer.l2Policies[3].interfaces[1]", "^en", undefined],
    ],
  );
});

test("a pattern that Go refuses has Go's reason and no expression, and the others are not affected", () => {
  const [lookahead, unclosed, valid] = patterns("^(?!lo)", "eth[0-9", "^eth");
  assert.equal(lookahead?.error, "invalid or unsupported Perl syntax: `(?!`");
  assert.equal(unclosed?.error, "missing closing ]: `[0-9`");
  assert.deepEqual([lookahead.expression, unclosed.expression, valid?.error], [undefined, undefined, undefined]);
});

/** Whether one of the patterns matches a name. */
function matches(name: string, ...texts: readonly string[]): boolean {
  const sets = [namesWith(name, true), ...namesOfPatterns(patterns(...texts))];
  return findName(sets, ([isName, ...others]) => isName === true && others.some(Boolean)).name !== undefined;
}

test("a pattern matches anywhere in a name, as in Go", () => {
  for (const [pattern, name, expected] of [
    ["eth", "veth0", true],
    ["^eth", "veth0", false],
    ["^eth[0-9]+$", "eth10", true],
    ["^eth[0-9]+$", "eth1.100", false],
    ["^(?i)ETH", "eth0", true],
    ["\\pN$", "eth0", true],
    ["", "eth0", true],
  ] as const) {
    assert.equal(matches(name, pattern), expected, `${pattern} ${name}`);
  }
});

test("one pattern is enough", () => {
  assert(matches("eth0", "^wlan", "^eth"));
  assert(!matches("lo", "^wlan", "^eth"));
});

test("nothing is known of the names of a policy with an invalid pattern, which the agent ignores", () => {
  assert.deepEqual(namesOfPatterns(patterns("^wlan", "(")), []);
  assert.deepEqual(namesOfPatterns(patterns()), []);
});

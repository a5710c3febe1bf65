// The checks of BGP against the rules in the CRDs of Cilium.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import { checkInputs } from "../../components/checks/inputs.ts";
import inputSchema from "../../components/inputs/args.schema.json" with { type: "json" };
import type { BgpCommunities } from "../../components/inputs/bgpArgs.ts";
import { readCiliumCrds } from "../harness/suiteData.ts";

interface Limits {
  readonly minimum?: number;
  readonly maximum?: number;
}
interface Schema extends Limits {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly "x-kubernetes-validations"?: readonly { readonly rule: string }[];
}
interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

const crds = readCiliumCrds("1.18.4").map((text) => parse(text) as Crd);

/** The fields of `spec` of a kind. */
function specOf(kind: string): Readonly<Record<string, Schema>> {
  const crd = crds.find(({ metadata }) => metadata.name === `${kind}.cilium.io`);
  const version = crd?.spec.versions.find(({ name }) => name === "v2");
  return version?.schema.openAPIV3Schema.properties?.["spec"]?.properties ?? assert.fail(`there is no CRD of ${kind}`);
}

/** The rule of a kind of communities. */
function ruleOf(kind: keyof BgpCommunities): Schema {
  const { advertisements } = specOf("ciliumbgpadvertisements");
  const { attributes } = advertisements?.items?.properties ?? {};
  const field = attributes?.properties?.["communities"]?.properties?.[kind];
  return field?.items ?? assert.fail(`the CRD has no communities ${kind}`);
}

function accepts(kind: keyof BgpCommunities, community: string): boolean {
  const peers = [{ address: "192.168.1.1", asn: 64512 }];
  const { errors } = checkInputs({
    bgp: [{ name: "lan", localAsn: 64513, peers, advertise: { communities: { [kind]: [community] } } }],
  });
  return errors.length === 0;
}

const edges = [0, 1, 9, 10, 65534, 65535, 65536, 99999, 4294967294, 4294967295, 4294967296, 42949672950, -1].map(String);
const part = fc.oneof(
  fc.constantFrom(...edges, "", "00", "01", "+1", " 1", "1 ", "1\n", "1.0", "0x1", "1e3", "a", "\u0661"),
  fc.nat(70000).map(String),
);
const joined = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(":"));

for (const kind of ["standard", "large"] as const) {
  test(`${kind} communities are accepted if, and only if, the CRD's pattern accepts them`, () => {
    const pattern = new RegExp(ruleOf(kind).pattern ?? assert.fail());
    const results = { true: 0, false: 0 };
    const assertSame = (community: string) => {
      const isValid = pattern.test(community);
      results[`${isValid}`]++;
      assert.equal(accepts(kind, community), isValid, JSON.stringify(community));
    };
    fc.assert(fc.property(fc.oneof(joined, fc.stringMatching(pattern)), assertSame), { numRuns: 3000 });
    // Every edge with every other one.
    for (const one of edges) {
      assertSame(one);
      for (const other of edges) {
        assertSame(`${one}:${other}`);
        assertSame(`1:${one}:${other}`);
      }
    }
    assert(results.true > 300 && results.false > 300, JSON.stringify(results));
  });
}

test("the names of well-known communities are those of the CRD", () => {
  const names = ruleOf("wellKnown").enum ?? assert.fail();
  assert(names.length > 10);
  for (const name of names) {
    assert(accepts("wellKnown", name), name);
    for (const wrong of [name.toUpperCase(), name.replaceAll("-", "_").concat("_"), `${name} `, name.slice(1)])
      assert(!accepts("wellKnown", wrong), wrong);
  }
});

test("the inputs have the limits of the CRD", () => {
  const { BgpPeer, BgpGracefulRestart } = inputSchema.definitions;
  const { transport, timers, gracefulRestart, ebgpMultihop } = specOf("ciliumbgppeerconfigs");
  const pairs: readonly (readonly [input: Limits, field: Limits | undefined])[] = [
    [BgpPeer.properties.port, transport?.properties?.["peerPort"]],
    [BgpPeer.properties.ebgpMultihop, ebgpMultihop],
    [BgpPeer.properties.holdTimeSeconds, timers?.properties?.["holdTimeSeconds"]],
    [BgpPeer.properties.keepAliveTimeSeconds, timers?.properties?.["keepAliveTimeSeconds"]],
    [BgpPeer.properties.connectRetryTimeSeconds, timers?.properties?.["connectRetryTimeSeconds"]],
    [BgpGracefulRestart.properties.restartTimeSeconds, gracefulRestart?.properties?.["restartTimeSeconds"]],
  ];
  for (const [input, field] of pairs) assert.deepEqual([input.minimum, input.maximum], [field?.minimum, field?.maximum]);
});

test("the CRD compares two timers, as a check does", () => {
  const rules = specOf("ciliumbgppeerconfigs")["timers"]?.["x-kubernetes-validations"]?.map(({ rule }) => rule);
  assert.deepEqual(rules, ["self.keepAliveTimeSeconds <= self.holdTimeSeconds"]);
});

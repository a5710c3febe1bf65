import assert from "node:assert/strict";
import { test } from "node:test";
import {
  announcesOnLan,
  encryptsWithIpsec,
  replacesKubeProxy,
  routesNatively,
  usesFamily,
} from "../../../components/cilium/facts.ts";
import { ciliumValues } from "../../../components/cilium/values.ts";
import type { HelmValues } from "../../../components/helm/values.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";

/** Values in which one path has this value. */
const valuesWith = (path: string, value: unknown) =>
  path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as HelmValues;

test("with the default inputs, agents announce on the LAN, replace kube-proxy, and route IPv4 natively", () => {
  const values = ciliumValues(resolveSettings({}));
  assert.deepEqual([announcesOnLan(values), replacesKubeProxy(values), routesNatively(values)], [true, true, true]);
  assert.deepEqual([usesFamily(values, 4), usesFamily(values, 6)], [true, false]);
});

const switches = {
  "l2announcements.enabled": announcesOnLan,
  kubeProxyReplacement: replacesKubeProxy,
  "ipv6.enabled": (values: HelmValues) => usesFamily(values, 6),
};

for (const [path, isOn] of Object.entries(switches)) {
  test(`${path} is on only as true or the text "true", because the chart's default is off`, () => {
    for (const on of [true, "true"]) assert.equal(isOn(valuesWith(path, on)), true, String(on));
    for (const off of [false, "false", null, undefined, "", "yes", 1])
      assert.equal(isOn(valuesWith(path, off)), false, String(off));
    assert.equal(isOn({}), false);
  });
}

test("a map that is null, text or inherited does not switch anything on", () => {
  for (const l2announcements of [null, "enabled", [], true]) assert.equal(announcesOnLan({ l2announcements }), false);
  assert.equal(announcesOnLan(Object.create({ l2announcements: { enabled: true } }) as HelmValues), false);
});

test("IPv4 is off only as false, because the chart's default is on", () => {
  for (const off of [false, "false"]) assert.equal(usesFamily({ ipv4: { enabled: off } }, 4), false);
  for (const ipv4 of [{ enabled: true }, { enabled: null }, {}, null]) assert.equal(usesFamily({ ipv4 }, 4), true);
  assert.equal(usesFamily({}, 4), true);
});

test("nodes route natively only if routingMode says so, because the chart's default is a tunnel", () => {
  assert.equal(routesNatively({ routingMode: "native" }), true);
  for (const routingMode of ["tunnel", "", null, undefined, "Native"]) assert.equal(routesNatively({ routingMode }), false);
});

test("pod traffic is encrypted with IPsec if encryption is on, unless another type is set", () => {
  for (const encryption of [{ enabled: true }, { enabled: true, type: "ipsec" }, { enabled: true, type: null }]) {
    assert(encryptsWithIpsec({ encryption }));
  }
  for (const encryption of [
    {},
    null,
    { type: "ipsec" },
    { enabled: false, type: "ipsec" },
    { enabled: true, type: "wireguard" },
  ]) {
    assert(!encryptsWithIpsec({ encryption }));
  }
});

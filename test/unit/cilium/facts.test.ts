import assert from "node:assert/strict";
import { test } from "node:test";
import {
  announcesOnLan,
  dsrDispatch,
  encryptionType,
  encryptsBy,
  loadBalancerMode,
  masquerades,
  masqueradesByIptables,
  replacesKubeProxy,
  routesNatively,
  tunnelProtocol,
  usesDsr,
  usesFamily,
  usesTunnel,
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

test("an unset or empty word is the chart's default", () => {
  assert.equal(tunnelProtocol({ tunnelProtocol: "" }), "vxlan");
  assert.equal(tunnelProtocol({ tunnelProtocol: "geneve" }), "geneve");
  assert.equal(loadBalancerMode({}), "snat");
  assert.equal(dsrDispatch({}), "opt");
  assert.equal(encryptionType({}), "ipsec");
  assert(usesTunnel({}));
  assert(!usesTunnel({ routingMode: "native" }));
});

test("encryption has a type only if it is on", () => {
  assert(!encryptsBy({ encryption: { type: "wireguard" } }, "wireguard"));
  assert(encryptsBy({ encryption: { enabled: true, type: "wireguard" } }, "wireguard"));
  assert(encryptsBy({ encryption: { enabled: true } }, "ipsec"));
});

test("DSR is on by the mode, or by the choice of each Service", () => {
  assert(!usesDsr({}));
  for (const mode of ["dsr", "hybrid"]) assert(usesDsr({ loadBalancer: { mode } }));
  assert(usesDsr({ bpf: { lbModeAnnotation: true } }));
});

test("masquerading depends on the IP families and on who does it", () => {
  assert(masquerades({}));
  assert(!masquerades({}, 6));
  assert(!masquerades({ enableIPv4Masquerade: false }));
  assert(masquerades({ enableIPv4Masquerade: false, ipv6: { enabled: true } }));
  assert(masqueradesByIptables({}));
  assert(!masqueradesByIptables({ bpf: { masquerade: true } }));
});

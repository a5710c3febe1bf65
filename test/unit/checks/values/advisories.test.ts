import assert from "node:assert/strict";
import { test } from "node:test";
import { validate } from "../../../../components/checks/validate.ts";
import { advisoryChecks, exposures } from "../../../../components/checks/values/advisories.ts";
import { ciliumValues } from "../../../../components/cilium/values.ts";
import type { TalosCiliumCniArgs } from "../../../../components/inputs/args.ts";
import { resolveSettings } from "../../../../components/inputs/settings.ts";
import { problemLines } from "../../../../components/support/problems.ts";
import { advisories, type AdvisoryId, advisoryName } from "../../../../components/versions/advisories.ts";
import { values } from "../../../fixtures/validInputs.ts";
import { chartArgs } from "../../../harness/charts.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(advisoryChecks, {
  "a Cilium with published security holes": [
    [
      { ciliumVersion: "1.18.4" },
      /^ciliumVersion: 1\.18\.4 has published security holes; these settings open CVE-2026-49445 \(every process.*\), CVE-2026-56742 \(.*\), GHSA-xqhm-7xhv-6ppj \(.*\), GHSA-vh48-r624-p8v7 \(.*\); they do not open CVE-2026-26963, CVE-2026-33726, CVE-2026-41520, CVE-2026-53935, GHSA-33qq-jq9c-6gcc; use Cilium 1\.18\.12 or later$/,
    ],
    [
      { ciliumVersion: "1.18.10", gatewayApi: { enabled: false }, values: { l7Proxy: false } },
      /^ciliumVersion: 1\.18\.10 has published security holes; these settings do not open CVE-2026-56742, GHSA-33qq-jq9c-6gcc, GHSA-xqhm-7xhv-6ppj; use Cilium 1\.18\.12 or later$/,
    ],
    [
      { ciliumVersion: "1.19.4-rc.1" },
      /these settings open CVE-2026-56742 \(.*\), .*CVE-2026-56743 \(.*\); they do not open GHSA-33qq-jq9c-6gcc; use Cilium 1\.19\.6 or later$/,
    ],
  ],
});

const wireguard = { enabled: true, type: "wireguard" };
const hostPolicies = { hostFirewall: { enabled: true }, encryption: { ...wireguard, nodeEncryption: true } };
const endpointRoutes = { enabled: true };
const withoutHostDns = { talos: { forwardKubeDNSToHost: false } };

/** Inputs that open each hole, and inputs that do not. */
const inputs: Readonly<Record<AdvisoryId, Readonly<Record<"open" | "closed", readonly TalosCiliumCniArgs[]>>>> = {
  "GHSA-38pp-6gcp-rqvm": { open: [{}], closed: [values({ policyEnforcementMode: "never" })] },
  "GHSA-5r23-prx4-mqg3": {
    open: [values(hostPolicies)],
    closed: [
      {},
      values({ ...hostPolicies, hostFirewall: { enabled: false } }),
      values({ ...hostPolicies, encryption: wireguard }),
      values(hostPolicies, { routing: { mode: "tunnel" } }),
    ],
  },
  "GHSA-hxv8-4j4r-cqgv": {
    open: [values({ endpointRoutes }), values({ eni: { enabled: true } })],
    closed: [
      {},
      values({ endpointRoutes, bpf: { masquerade: true } }, withoutHostDns),
      values({ endpointRoutes, l7Proxy: false }),
      values({ endpointRoutes, policyEnforcementMode: "never" }),
    ],
  },
  "GHSA-gj49-89wh-h4gj": {
    open: [values({ encryption: wireguard })],
    closed: [{}, values({ encryption: { enabled: true, type: "ipsec" } }), values({ encryption: { type: "wireguard" } })],
  },
  "GHSA-3fcv-jvfp-m4q9": {
    open: [{}, values({ envoy: { enabled: false } })],
    closed: [values({ l7Proxy: false }, { gatewayApi: { enabled: false } })],
  },
  "GHSA-q6h5-q3q6-f87x": {
    open: [values({ localRedirectPolicies: { enabled: true } }), values({ localRedirectPolicy: true })],
    closed: [{}],
  },
  "GHSA-w7c2-w76w-5hmj": { open: [{}], closed: [{ gatewayApi: { enabled: false } }] },
  "GHSA-33qq-jq9c-6gcc": {
    open: [values({ authentication: { mutual: { spire: { enabled: true } } } })],
    closed: [{}, values({ authentication: { mutual: { spire: { enabled: false } } } })],
  },
  "GHSA-xqhm-7xhv-6ppj": { open: [{}], closed: [values({ l7Proxy: false }, { gatewayApi: { enabled: false } })] },
  "GHSA-vh48-r624-p8v7": { open: [{}], closed: [values({ policyEnforcementMode: "Never" })] },
  "GHSA-fm8w-2m5w-9j7r": {
    open: [{}, values({ clustermesh: { policyDefaultLocalCluster: true } })],
    closed: [
      values({ clustermesh: { policyDefaultLocalCluster: false } }),
      values({ k8sNetworkPolicy: { enabled: false } }),
      values({ policyEnforcementMode: "never" }),
    ],
  },
};

for (const [id, { open, closed }] of Object.entries(inputs) as [AdvisoryId, (typeof inputs)[AdvisoryId]][]) {
  const { affected } = advisories[id];
  for (const { from: ciliumVersion } of affected) {
    const isExposed = (args: TalosCiliumCniArgs) =>
      exposures[id].isExposed(ciliumValues(resolveSettings({ ...args, ciliumVersion })), ciliumVersion);
    test(`${advisoryName(id)} in Cilium ${ciliumVersion}: which settings open it, and which do not`, () => {
      for (const args of open) assert(isExposed(args), JSON.stringify(args));
      for (const args of closed) assert(!isExposed(args), JSON.stringify(args));
    });
  }
}

test("the holes that the settings open come first, with their titles", () => {
  const warningOf = (args: TalosCiliumCniArgs) => problemLines(validate({ ...chartArgs("1.18.4"), ...args }).warnings).join("\n");
  assert.match(
    warningOf(values({ encryption: wireguard })),
    /these settings open .*CVE-2026-41520 \(.*\).*; they do not open (?!.*41520)/,
  );
  assert.match(warningOf({}), /these settings open (?!.*41520.*; they).*; they do not open .*CVE-2026-41520,/);
});

test("releases without advisories have no warning", () => {
  for (const ciliumVersion of ["1.19.6", "1.20.0"]) assert.deepEqual(validate(chartArgs(ciliumVersion)).warnings, []);
});

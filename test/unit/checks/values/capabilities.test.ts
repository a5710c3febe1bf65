import assert from "node:assert/strict";
import { test } from "node:test";
import { validate } from "../../../../components/checks/validate.ts";
import { capabilityChecks } from "../../../../components/checks/values/capabilities.ts";
import { capabilityLists } from "../../../../components/cilium/capabilities.ts";
import type { HelmValues } from "../../../../components/helm/values.ts";
import { merge } from "../../../../components/support/merge.ts";
import { problemLines } from "../../../../components/support/problems.ts";
import { values } from "../../../fixtures/validInputs.ts";
import { followAdvice } from "../../../harness/advice.ts";
import { withoutAdvisories } from "../../../harness/advisories.ts";
import { chartArgs, releases } from "../../../harness/charts.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

const envoyCapabilities = (envoy: unknown, more: object = {}) => ({
  envoy: { securityContext: { capabilities: { envoy, ...more } } },
});
const agentCapabilities = (ciliumAgent: unknown) => ({ securityContext: { capabilities: { ciliumAgent } } });
const hostIngress = (ports: object) => ({ ingressController: { enabled: true, hostNetwork: { enabled: true, ...ports } } });
const hostGateways = { gatewayAPI: { hostNetwork: { enabled: true } } };

testExamples(capabilityChecks, {
  "a capability that does not exist, or that Talos gives to no container": [
    [
      values(envoyCapabilities(["CAP_NET_ADMIN"])),
      /^values\.envoy\.securityContext\.capabilities\.envoy\[0\]: is "CAP_NET_ADMIN", which Linux does not know; .* without CAP_$/,
    ],
    [
      values(agentCapabilities(["NET_ADMIN", "NETADMIN"])),
      /^values\.securityContext\.capabilities\.ciliumAgent\[1\]: is "NETADMIN", which Linux does not know/,
    ],
    [
      values({ securityContext: { capabilities: { cleanCiliumState: ["sys_module"] } } }),
      /cleanCiliumState\[0\]: is "sys_module", which Talos gives to no container/,
    ],
  ],
  "a list of capabilities without one that the container needs": [
    [
      values(envoyCapabilities(["NET_BIND_SERVICE"], { keepCapNetBindService: true })),
      /^values\.envoy\.securityContext\.capabilities\.envoy: lacks NET_ADMIN and SYS_ADMIN \(or BPF\), which cilium-envoy needs; a list replaces/,
    ],
    [
      values(agentCapabilities(["NET_ADMIN", "NET_RAW", "BPF", "PERFMON"])),
      /^values\.securityContext\.capabilities\.ciliumAgent: lacks SYS_ADMIN, which cilium-agent needs; /,
    ],
    [
      { secretValues: agentCapabilities(["SYS_ADMIN"]) },
      /^secretValues\.securityContext\.capabilities\.ciliumAgent: lacks NET_ADMIN and NET_RAW, which cilium-agent needs; /,
    ],
    // Helm deletes the chart's list for null, so the container gets nothing.
    [
      values(agentCapabilities(null)),
      /capabilities\.ciliumAgent: lacks NET_ADMIN and NET_RAW and SYS_ADMIN, which cilium-agent needs; /,
    ],
  ],
  "a listener on the host's network that Envoy cannot bind": [
    [
      values(hostIngress({ sharedListenerPort: 80 })),
      /^values\.ingressController\.hostNetwork\.sharedListenerPort: is 80, and Envoy may bind no port below 1024; set values\.envoy\.\S+\.keepCapNetBindService to true and set /,
    ],
    [
      values(hostGateways),
      /^values\.gatewayAPI\.hostNetwork\.enabled: is true, so a Gateway can have no listener below port 1024, such as 80 or 443/,
    ],
  ],
  "`keepCapNetBindService`, and a container without that capability": [
    [
      values({ envoy: { securityContext: { capabilities: { keepCapNetBindService: true } } } }),
      /^values\.envoy\.securityContext\.capabilities\.keepCapNetBindService: is true, but changes nothing; set values\.\S+\.envoy, which/,
    ],
  ],
});

/** What all checks of inputs and values say about these values: `input: message` for each problem. */
function problemsOf(helmValues: HelmValues, ciliumVersion?: string): readonly string[] {
  const { errors, warnings } = validate({ ...chartArgs(ciliumVersion), values: helmValues });
  return problemLines([...errors, ...withoutAdvisories(warnings)]);
}

/** Follows the advice of the first problem until there is none. */
function followAll(helmValues: HelmValues, ciliumVersion?: string, rounds = 3): HelmValues {
  const [first] = problemsOf(helmValues, ciliumVersion);
  if (first === undefined) return helmValues;
  assert(rounds > 0, first);
  const [way] = followAdvice(first, { values: helmValues });
  return followAll(way?.values ?? {}, ciliumVersion, rounds - 1);
}

// The values with which each list applies.
const conditions: Readonly<Record<string, HelmValues>> = {
  "securityContext.capabilities.mountCgroup": { cgroup: { autoMount: { enabled: true } } },
};
const withList = (path: string, list: unknown): HelmValues =>
  merge(conditions[path] ?? {}, path.split(".").reduceRight<unknown>((inner, key) => ({ [key]: inner }), list) as HelmValues);

for (const { path, container, defaultList, needed } of capabilityLists) {
  test(`${path}: a list without any one that ${container} needs is refused, and the advice works`, () => {
    const whole = needed.map(([name]) => name);
    assert.deepEqual(problemsOf(withList(path, whole)), []);
    assert.deepEqual(
      problemsOf(
        withList(
          path,
          whole.map((name) => name.toLowerCase()),
        ),
      ),
      [],
    );
    for (const list of [[], ["NET_BIND_SERVICE"], ...whole.map((name) => defaultList.filter((each) => each !== name))]) {
      const [problem = "", ...others] = problemsOf(withList(path, list));
      assert.deepEqual(others, []);
      for (const name of whole) assert.equal(problem.split(", which ")[0]?.includes(name), !list.includes(name), problem);
      const followed = followAll(withList(path, list));
      assert.notDeepEqual(followed, withList(path, list));
    }
  });
}

test("a list of a container that is not there, or that is privileged, is not looked at", () => {
  const nothing: readonly string[] = [];
  for (const accepted of [
    { securityContext: { capabilities: { mountCgroup: nothing } } },
    { sysctlfix: { enabled: false }, securityContext: { capabilities: { applySysctlOverwrites: nothing } } },
    { securityContext: { capabilities: { cleanCiliumState: nothing } } },
    { ...agentCapabilities(nothing), securityContext: { privileged: true, capabilities: { ciliumAgent: nothing } } },
    { envoy: { securityContext: { privileged: true, capabilities: { envoy: nothing } } } },
    { envoy: { enabled: false, securityContext: { capabilities: { envoy: nothing } } } },
  ]) {
    assert.deepEqual(problemsOf(accepted), [], JSON.stringify(accepted));
  }
});

test("lists that other projects use are accepted", () => {
  for (const list of [["NET_ADMIN", "BPF"], ["NET_ADMIN", "PERFMON", "BPF"], ["ALL"], ["SYS_ADMIN", "NET_ADMIN", "NET_RAW"]]) {
    assert.deepEqual(problemsOf(envoyCapabilities(list)), []);
  }
  for (const list of [
    ["ALL"],
    ["SYS_ADMIN", "NET_ADMIN", "NET_RAW"],
    ["SYS_ADMIN", "NET_ADMIN", "NET_RAW", "PERFMON", "BPF", "SYSLOG"],
  ]) {
    assert.deepEqual(problemsOf(agentCapabilities(list)), []);
  }
});

const embeddedEnvoy = { envoy: { enabled: false } };
const keep = { envoy: { securityContext: { capabilities: { keepCapNetBindService: true } } } };

for (const { ciliumVersion } of releases) {
  test(`Cilium ${ciliumVersion}: whoever follows the advice about low ports gets no other problem`, () => {
    for (const base of [
      hostIngress({ sharedListenerPort: 443 }),
      hostGateways,
      merge(hostIngress({ sharedListenerPort: 1 }), hostGateways),
    ]) {
      for (const envoy of [
        {},
        embeddedEnvoy,
        keep,
        envoyCapabilities(["NET_ADMIN", "BPF"]),
        { envoy: { securityContext: { privileged: true } } },
        merge(embeddedEnvoy, { securityContext: { privileged: true } }),
        envoyCapabilities(["NET_ADMIN", "SYS_ADMIN", "NET_BIND_SERVICE"]),
        // Following the advice about the list leads to the other one.
        envoyCapabilities(["NET_BIND_SERVICE"]),
      ]) {
        const unsafe = merge<HelmValues>({}, base, envoy);
        assert.notDeepEqual(problemsOf(unsafe, ciliumVersion), [], JSON.stringify(unsafe));
        followAll(unsafe, ciliumVersion);
      }
    }
  });
}

test("listeners that Envoy can bind cause no warning", () => {
  const rightly = merge<HelmValues>(keep, envoyCapabilities(["NET_ADMIN", "SYS_ADMIN", "NET_BIND_SERVICE"]));
  for (const accepted of [
    hostIngress({}),
    hostIngress({ sharedListenerPort: 1024 }),
    { ingressController: { enabled: true, hostNetwork: { enabled: false, sharedListenerPort: 80 } } },
    { ingressController: { enabled: false, hostNetwork: { enabled: true, sharedListenerPort: 80 } } },
    // Ports of dedicated listeners are in the annotations of the Ingresses.
    merge(hostIngress({}), { ingressController: { loadbalancerMode: "dedicated" } }),
    merge(rightly, hostIngress({ sharedListenerPort: 80 })),
    merge(rightly, hostGateways),
    rightly,
  ]) {
    assert.deepEqual(problemsOf(accepted), [], JSON.stringify(accepted));
  }
});

test("from 1.20 on, each port of the Ingresses is looked at", () => {
  for (const key of ["httpPort", "httpsPort", "tlsPassthroughPort"]) {
    const [problem = "", ...others] = problemsOf(hostIngress({ [key]: 443 }), "1.20.0");
    assert(
      problem.startsWith(`values.ingressController.hostNetwork.${key}: is 443, and Envoy may bind no port below 1024`),
      problem,
    );
    assert.deepEqual(others, []);
    // Without a port of its own, the shared one applies.
    assert.deepEqual(problemsOf(hostIngress({ [key]: 0 }), "1.20.0"), []);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { limitChecks } from "../../../../components/checks/values/limits.ts";
import { agentRefusalsOf } from "../../../fixtures/agentRefusals.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { valuesFindings } from "../../../harness/valuesFindings.ts";

testExamples(limitChecks, agentRefusalsOf(limitChecks));

test("text and lists in every form that the agent reads are accepted", () => {
  for (const values of [
    { bpf: { monitorFlags: "all" } },
    { bpf: { monitorFlags: "syn" } },
    { bpf: { monitorFlags: "syn fin rst psh ack urg ece cwr" } },
    { bpf: { monitorFlags: "SYN" } },
    { bpf: { monitorFlags: "none" } },
    { encryption: { enabled: true, type: "wireguard", wireguard: { persistentKeepalive: "25s" } } },
    { encryption: { enabled: true, type: "wireguard", wireguard: { persistentKeepalive: "0" } } },
    { bpf: { vlanBypass: [0] } },
    { bpf: { vlanBypass: [10, "20", 4000] } },
    { bpf: { vlanBypass: [] } },
    { policyCIDRMatchMode: [] },
    { policyCIDRMatchMode: ["nodes"] },
    { ipam: { multiPoolPreAllocation: "" } },
    { ipam: { multiPoolPreAllocation: "default=8,tenant-mars=16" } },
    { egressGateway: { reconciliationTriggerInterval: "1s" } },
    { egressGateway: { reconciliationTriggerInterval: "1m30s" } },
    // Without the switch, the chart does not pass it on.
    { hubble: { dropEventEmitter: { interval: "2" } } },
  ]) {
    for (const ciliumVersion of ["1.18.4", "1.19.6", "1.20.0"]) {
      assert.deepEqual(valuesFindings({ ciliumVersion, values }), [], JSON.stringify(values));
    }
  }
});

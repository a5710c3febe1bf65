import { unknownValueChecks } from "../../../../components/checks/chart/unknownValues.ts";
import { values } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(unknownValueChecks, {
  "a value that changes nothing": [
    [values({ constructor: 1 }), /^values\.constructor: is not a value of Cilium 1\.19\.6/],
    [
      values({ lbExternalClusterIP: true }),
      /^values\.lbExternalClusterIP: is not a value of Cilium 1\.19\.6 and changes nothing; did you mean bpf\.lbExternalClusterIP\?/,
    ],
    [values({ cgroup: { automount: { enabled: false } } }), /^values\.cgroup\.automount: .*; did you mean cgroup\.autoMount\?/],
    [values({ tunnel: "vxlan" }), /^values\.tunnel: is not a value of Cilium 1\.19\.6 any more; leave it out; routing\.mode/],
    [values({ l2announcement: { enabled: true } }), /^values\.l2announcement: .*; did you mean l2announcements\?/],
    [
      values({ somethingElse: 1, l7Proxy: true }),
      /^values\.somethingElse: .*; leave it out \(to keep it anyway, name it in allowUnknownValues\)$/,
    ],
    // One of two is alive.
    [values({ loadBalancer: { mode: "dsr", modus: "dsr" } }), /^values\.loadBalancer\.modus: /],
  ],
});

import { gatewayApiChecks } from "../../../../components/checks/rendering/gatewayApi.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { suiteData } from "../../../harness/suiteData.ts";

testExamples(gatewayApiChecks, {
  "Gateway API CRDs that this Cilium does not work with": [
    [
      { delivery: "chart", gatewayApi: { crdsPath: suiteData("gatewayApi", "v1.6.1") } },
      /^gatewayApi\.crdsPath: \w+ \S+ is of Gateway API v1\.6\.1, and Cilium 1\.19\.6 works with >=1\.2\.0 <1\.5\.0: .*v1\.4\.1\/standard-install\.yaml$/,
    ],
  ],
  "Gateway API CRDs of another release than this Cilium was built with": [
    [
      { delivery: "chart", gatewayApi: { crdsPath: suiteData("gatewayApi", "v1.2.0") } },
      /^gatewayApi\.crdsPath: is Gateway API v1\.2\.0; Cilium 1\.19\.6 was built with v1\.4\.1$/,
    ],
  ],
});

import { chartSchemaChecks } from "../../../../components/checks/chart/chartSchema.ts";
import { values } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(chartSchemaChecks, {
  "a value of a type, or a word, that the chart does not accept": [
    [
      values({ gatewayAPI: { gatewayClass: { create: true } } }),
      /^values\.gatewayAPI\.gatewayClass\.create: is the boolean true; put it in quotes$/,
    ],
    [values({ upgradeCompatibility: 1.18 }), /^values\.upgradeCompatibility: is the number 1\.18; put it in quotes$/],
    [
      values({ identityManagementMode: "nobody" }),
      /^values\.identityManagementMode: is "nobody"; allowed are "agent", "operator", "both"$/,
    ],
    [values({ operator: { replicas: "two" } }), /^values\.operator\.replicas: is "two"; it must be a whole number$/],
    [values({ bpf: "fast" }), /^values\.bpf: is "fast"; it must be an object$/],
  ],
});

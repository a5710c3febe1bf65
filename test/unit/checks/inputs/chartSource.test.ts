import { chartSourceChecks } from "../../../../components/checks/inputs/chartSource.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(chartSourceChecks, {
  "an invalid chart repository": [
    [{ chart: { repository: "helm.cilium.io" } }, /^chart\.repository: "helm\.cilium\.io" is not a valid repository/],
    [{ chart: { repository: "file:///charts" } }, /^chart\.repository: "file:\/\/\/charts" is not a valid repository/],
    [{ chart: { repository: "oci://" } }, /^chart\.repository: "oci:\/\/" is not a valid repository/],
  ],
  "an invalid SHA-256 of the chart": [
    [{ chart: { sha256: "c361" } }, /^chart\.sha256: "c361" is not a valid SHA-256/],
    [{ chart: { sha256: "" } }, /^chart\.sha256: "" is not a valid SHA-256/],
    [{ chart: { sha256: "A".repeat(64) } }, /^chart\.sha256: "A+\.\.\. is not a valid SHA-256/],
  ],
});

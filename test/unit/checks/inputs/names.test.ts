import { nameChecks } from "../../../../components/checks/inputs/names.ts";
import { policy } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(nameChecks, {
  "a namespace that Kubernetes does not accept, or that is not text in YAML": [
    [{ namespace: "15" }, /^namespace: "15" is not text when it is written without quotes/],
    [{ namespace: "Kube_System" }, /^namespace: "Kube_System" is not a valid Kubernetes name/],
  ],
  "the name of a pool or policy that Kubernetes does not accept, or that is used twice": [
    [policy({ name: "Lan" }), /^loadBalancer\.l2Policies\[0\]\.name: "Lan" is not a valid Kubernetes name/],
  ],
});

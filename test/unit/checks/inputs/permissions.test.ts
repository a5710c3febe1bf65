import { permissionChecks } from "../../../../components/checks/inputs/permissions.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(permissionChecks, {
  "a permission for an unsafe change": [
    [
      { allowUnsafeChanges: ["minorSkip", "podCidr", "minorSkip"] },
      /^allowUnsafeChanges: permits minorSkip, podCidr; leave it out again after this `pulumi up`$/,
    ],
  ],
});

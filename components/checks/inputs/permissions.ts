import type { Settings } from "../../inputs/settings.ts";
import { problem } from "../../support/problems.ts";
import { leaveOut } from "../advice.ts";
import { type Checks, inputCheck } from "../check.ts";

export const permissionChecks: Checks<Settings> = {
  errors: [],
  warnings: [
    inputCheck({
      title: "a permission for an unsafe change",
      why: "It is meant for one `pulumi up`. Later, it would let the same kind of change pass by mistake.",
      source: "docs/upgrading.md",
      needs: ["allowUnsafeChanges"],
      run: ({ allowUnsafeChanges }) => {
        if (allowUnsafeChanges.length === 0) return [];
        const changes = [...new Set(allowUnsafeChanges)].join(", ");
        return [problem("allowUnsafeChanges", `permits ${changes}; ${leaveOut("it")} again after this \`pulumi up\``)];
      },
    }),
  ],
};

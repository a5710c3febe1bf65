import type { Settings } from "../../inputs/settings.ts";
import { problem, quote } from "../../support/problems.ts";
import { type Checks, inputCheck } from "../check.ts";

export const chartSourceChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "an invalid chart repository",
      why: "Helm could download nothing from it.",
      source: "https://helm.sh/docs/helm/helm_pull/",
      needs: ["chart"],
      run: ({ chart: { repository } }) => {
        if (/^(?:https?|oci):\/\/[^/]/.test(repository)) return [];
        const remedy = "write https://… or oci://…, or name a folder or archive as chart.path";
        return [problem("chart.repository", `${quote(repository)} is not a valid repository; ${remedy}`)];
      },
    }),
    inputCheck({
      title: "an invalid SHA-256 of the chart",
      why: "No archive would match it.",
      source: "https://helm.sh/docs/helm/helm_pull/",
      needs: ["chart"],
      run: ({ chart: { sha256 } }) => {
        if (sha256 === undefined || /^[0-9a-f]{64}$/.test(sha256)) return [];
        return [problem("chart.sha256", `${quote(sha256)} is not a valid SHA-256; it has 64 digits of 0-9 and a-f`)];
      },
    }),
  ],
  warnings: [],
};

import { problem } from "../../support/problems.ts";
import { minorSteps, releasesBetween } from "../../versions/upgradePath.ts";
import { permitChange, setTo } from "../advice.ts";
import { changeCheck, type ChangeSubject, type Checks } from "../check.ts";

const steps = 'docs/upgrading.md, "Another release of Cilium", step 1';

export const upgradeChecks: Checks<ChangeSubject> = {
  errors: [
    changeCheck({
      title: "an upgrade that skips a minor release of Cilium",
      why: "Cilium tests upgrades from one minor release to the next only, and removes settings and API versions that the release before still reads.",
      source: "https://docs.cilium.io/en/stable/operations/upgrade/",
      permission: "minorSkip",
      needs: ["ciliumVersion"],
      run: ({ settings, before }) => {
        const { ciliumVersion } = settings;
        if (before.ciliumVersion === undefined || minorSteps(before.ciliumVersion, ciliumVersion) < 2) return [];
        return [
          problem(
            "ciliumVersion",
            `${ciliumVersion} skips a minor release after ${before.ciliumVersion}, which this stack had at its last \`pulumi up\`; Cilium tests ` +
              `upgrades by one minor release only (${steps}); ${goBy(before.ciliumVersion, ciliumVersion)}, or ` +
              `${permitChange(settings, "minorSkip")} if no cluster runs ${before.ciliumVersion} any more`,
          ),
        ];
      },
    }),
    changeCheck({
      title: "a downgrade by more than one minor release of Cilium",
      why: "Cilium tests a downgrade by one minor release only: an older agent may not understand what a newer one left on the node.",
      source: "https://docs.cilium.io/en/stable/operations/upgrade/",
      permission: "downgrade",
      needs: ["ciliumVersion"],
      run: ({ settings, before }) => {
        const { ciliumVersion } = settings;
        if (before.ciliumVersion === undefined || minorSteps(before.ciliumVersion, ciliumVersion) > -2) return [];
        return [
          problem(
            "ciliumVersion",
            `${ciliumVersion} is more than one minor release below ${before.ciliumVersion}, which this stack had at its last \`pulumi up\`; Cilium ` +
              `tests a downgrade by one minor release only (${steps}); ${goBy(before.ciliumVersion, ciliumVersion)}, or ` +
              `${permitChange(settings, "downgrade")} if no cluster runs ${before.ciliumVersion} any more`,
          ),
        ];
      },
    }),
  ],
  warnings: [],
};

/** The release to go to first, and those after it. */
function goBy(from: string, to: string): string {
  const [first = from, ...others] = releasesBetween(from, to);
  return `${setTo("ciliumVersion", first)} and run \`pulumi up\`, then go on with ${[...others, to].join(" and ")} in the same way`;
}

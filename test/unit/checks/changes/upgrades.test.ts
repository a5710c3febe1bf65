import assert from "node:assert/strict";
import { test } from "node:test";
import { upgradeChecks } from "../../../../components/checks/changes/upgrades.ts";
import { UnsafeChange } from "../../../../components/inputs/args.ts";
import { ciliumMinors } from "../../../../components/versions/supported.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { changeFindings } from "../../../harness/findings.ts";

testExamples(upgradeChecks, {
  "an upgrade that skips a minor release of Cilium": [
    [
      { ciliumVersion: "1.20.0", l2: { enabled: false } },
      /^ciliumVersion: 1\.20\.0 skips a minor release after 1\.18\.4, which this stack had at its last `pulumi up`; .* step 1\); set ciliumVersion to "1\.18\.12" and run `pulumi up`, then go on with 1\.19\.6 and 1\.20\.0 in the same way, or set allowUnsafeChanges to \["minorSkip"\] if no cluster runs 1\.18\.4 any more$/,
      { ciliumVersion: "1.18.4" },
    ],
    [
      { ciliumVersion: "1.20.0", l2: { enabled: false } },
      /set ciliumVersion to "1\.19\.6" and run `pulumi up`, then go on with 1\.20\.0 in the same way, or /,
      { ciliumVersion: "1.18.12" },
    ],
  ],
  "a downgrade by more than one minor release of Cilium": [
    [
      { ciliumVersion: "1.18.4" },
      /^ciliumVersion: 1\.18\.4 is more than one minor release below 1\.20\.0, .* step 1\); set ciliumVersion to "1\.19\.6" and run `pulumi up`, then go on with 1\.18\.4 in the same way, or set allowUnsafeChanges to \["downgrade"\] if /,
      { ciliumVersion: "1.20.0" },
    ],
  ],
});

const minors = ["1.16", "1.17", ...Object.keys(ciliumMinors)];
const minorNumber = (minor: string) => Number(minor.split(".")[1]);
const inputsOf = (from: string, to: string, allowUnsafeChanges: readonly UnsafeChange[] = []) =>
  changeFindings({ ciliumVersion: to, allowUnsafeChanges: [...allowUnsafeChanges] }, { ciliumVersion: from }).map(
    ({ input }) => input,
  );

for (const from of minors) {
  for (const to of Object.keys(ciliumMinors)) {
    const distance = minorNumber(to) - minorNumber(from);
    const isRefused = Math.abs(distance) > 1;
    test(`from ${from} to ${to} is ${isRefused ? "refused" : "accepted"}`, () => {
      for (const [patch, otherPatch] of [
        [0, 0],
        [0, 99],
        [99, 0],
      ] as const) {
        const [before, after] = [`${from}.${patch}`, `${to}.${otherPatch}`];
        assert.deepEqual(inputsOf(before, after), isRefused ? ["ciliumVersion"] : []);
        const permission = distance > 0 ? "minorSkip" : "downgrade";
        assert.deepEqual(inputsOf(before, after, [permission]), []);
        const others = Object.values(UnsafeChange).filter((word) => word !== permission);
        assert.deepEqual(inputsOf(before, after, others), isRefused ? ["ciliumVersion"] : []);
      }
    });
  }
}

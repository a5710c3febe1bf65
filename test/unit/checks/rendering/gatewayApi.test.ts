import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gatewayApiChecks } from "../../../../components/checks/rendering/gatewayApi.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { checkResults } from "../../../harness/findings.ts";
import { suiteData } from "../../../harness/suiteData.ts";

testExamples(gatewayApiChecks, {
  "Gateway API CRDs that this Cilium does not work with": [
    [
      { delivery: "chart", gatewayApi: { crdsPath: suiteData("gatewayApi", "v1.6.1") } },
      /^gatewayApi\.crdsPath: \w+ \S+ is of Gateway API v1\.6\.1, and Cilium 1\.19\.6 works with >=1\.2\.0 <1\.5\.0: .*v1\.4\.1\/standard-install\.yaml$/,
    ],
  ],
  "Gateway API CRDs of another release than the documentation of this Cilium names": [
    [
      { delivery: "chart", gatewayApi: { crdsPath: suiteData("gatewayApi", "v1.2.0") } },
      /^gatewayApi\.crdsPath: is Gateway API v1\.2\.0; the documentation of Cilium 1\.19\.6 names v1\.4\.1$/,
    ],
  ],
});

test("the newest Cilium takes the Gateway API releases that were looked at, with a warning, and refuses later ones", () => {
  const folder = mkdtempSync(join(tmpdir(), "gateway-api-"));
  try {
    const builtWith = readFileSync(suiteData("gatewayApi", "v1.6.1"), "utf8");
    const problemsWith = (release: string) => {
      const crdsPath = join(folder, `${release}.yaml`);
      writeFileSync(crdsPath, builtWith.replaceAll("v1.6.1", release));
      return checkResults({ ciliumVersion: "1.20.0", delivery: "chart", gatewayApi: { crdsPath } }).flatMap(
        ({ problems }) => problems,
      );
    };
    assert.deepEqual(problemsWith("v1.6.1"), []);
    for (const release of ["v1.6.3", "v1.7.0"]) {
      assert.deepEqual(problemsWith(release), [
        `gatewayApi.crdsPath: is Gateway API ${release}; the documentation of Cilium 1.20.0 names v1.6.1`,
      ]);
    }
    for (const release of ["v1.6.0", "v1.8.0", "v2.0.0"]) {
      assert.match(
        problemsWith(release).join("\n"),
        /^gatewayApi\.crdsPath: \S+ \S+ is of Gateway API \S+, and Cilium 1\.20\.0 works with >=1\.6\.1 <1\.8\.0: /,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

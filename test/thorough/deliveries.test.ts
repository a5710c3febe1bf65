// Every delivery accepts the same inputs: pools and policies are checked once, with everything that is known about the network.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, mock, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { TalosCiliumCni } from "../../components/talosCiliumCni.ts";
import { minorOf, supportedMinor } from "../../components/versions/supported.ts";
import { validInputs } from "../fixtures/validInputs.ts";
import { chartArgs, defaultRelease } from "../harness/charts.ts";
import { recordRegistrations } from "../harness/mocks.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

const registered = await recordRegistrations();
const folder = mkdtempSync(join(tmpdir(), "deliveries-"));
after(() => {
  rmSync(folder, { recursive: true });
});

/** The Gateway API CRDs of a Cilium release. */
function crdsPath(ciliumVersion = defaultRelease): string {
  const release = supportedMinor(ciliumVersion).gatewayApi;
  const file = join(folder, `${release}.yaml`);
  writeFileSync(file, readGatewayApiCrds(release));
  return file;
}

// Hubble's certificates are a Helm hook in Cilium 1.18, which Pulumi's Chart leaves out, so delivery `chart` rejects Hubble there.
const hasHook = ({ ciliumVersion = defaultRelease, values = {} }: TalosCiliumCniArgs) =>
  minorOf(ciliumVersion) === "1.18" && JSON.stringify(values).includes("hubble");

for (const [index, args] of validInputs.entries()) {
  for (const delivery of ["manifest", "chart", "machineConfig"] as const) {
    if (delivery === "chart" && hasHook(args)) continue;
    test(`delivery ${delivery} accepts ${JSON.stringify(args).slice(0, 100)}`, async () => {
      const warn = mock.method(pulumi.log, "warn", () => Promise.resolve());
      try {
        const gatewayApi = delivery === "chart" ? { crdsPath: crdsPath(args.ciliumVersion) } : {};
        const name = `${delivery}-${index}`;
        new TalosCiliumCni(name, { ...chartArgs(args.ciliumVersion), ...args, delivery, gatewayApi });
        await new Promise((resolve) => setTimeout(resolve, 20));
        // Advisories are about every set-up of an older release.
        const warnings = warn.mock.calls
          .map(({ arguments: [message] }) => String(message))
          .filter((message) => !message.startsWith("ciliumVersion: "));
        assert.deepEqual(warnings, []);
        assert(registered.some((resource) => resource.name === name));
      } finally {
        warn.mock.restore();
      }
    });
  }
}

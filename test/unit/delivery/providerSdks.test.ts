import assert from "node:assert/strict";
import { test } from "node:test";
import * as kubernetes from "@pulumi/kubernetes";
import * as talos from "@pulumiverse/talos";
import { kubernetesSdk, talosSdk } from "../../../components/delivery/providerSdks.ts";
import { runUnchecked } from "../../../tools/childProcess.mjs";

test("the SDKs are those that the user's program imports", () => {
  assert.equal(kubernetesSdk().helm.v4.Chart, kubernetes.helm.v4.Chart);
  assert.equal(talosSdk().machine.ConfigurationApply, talos.machine.ConfigurationApply);
});

test("importing the components loads no SDK of a provider, and loading one prints nothing", () => {
  const program = `
    import { createRequire } from "node:module";
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((file) => /@pulumi.kubernetes/.test(file)).length > 0;
    await import("./components/index.ts");
    const before = loaded();
    const { kubernetesSdk, talosSdk } = await import("./components/delivery/providerSdks.ts");
    kubernetesSdk();
    talosSdk();
    console.log(before, loaded());
  `;
  const { status, stdout, stderr } = runUnchecked(process.execPath, ["--input-type=module", "--eval", program]);
  assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "false true\n", stderr: "" });
});

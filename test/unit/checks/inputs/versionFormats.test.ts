import { versionFormatChecks } from "../../../../components/checks/inputs/versionFormats.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(versionFormatChecks, {
  "a Cilium version that is not supported": [
    [
      { ciliumVersion: "latest" },
      /^ciliumVersion: "latest" is not a release such as 1\.19\.6; supported are releases of 1\.18, 1\.19, 1\.20$/,
    ],
    [{ ciliumVersion: "1.17.9" }, /^ciliumVersion: 1\.17\.9 is not supported; supported are .*, such as 1\.19\.6$/],
  ],
  "an invalid Kubernetes version": [
    [{ kubernetesVersion: "newest" }, /^kubernetesVersion: "newest" is not a version such as 1\.33/],
  ],
  "an invalid Talos version": [
    [{ talos: { configContract: "latest" } }, /^talos\.configContract: "latest" is not a Talos version such as 1\.13$/],
    [{ talos: { version: "thirteen" } }, /^talos\.version: "thirteen" is not a Talos version such as 1\.13$/],
  ],
});

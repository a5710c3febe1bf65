import semver from "semver";
import { gatewayApiRelease } from "../../cilium/gatewayApi.ts";
import { nameOf } from "../../kubernetes/manifest.ts";
import { problem } from "../../support/problems.ts";
import { gatewayApiCrdsUrl, supportedMinor } from "../../versions/supported.ts";
import { type Checks, renderedCheck, type RenderedSubject } from "../check.ts";

export const gatewayApiChecks: Checks<RenderedSubject> = {
  errors: [
    renderedCheck({
      title: "Gateway API CRDs that this Cilium does not work with",
      why: "With older ones its Gateways do not work. From 1.5 on, they crash the operator of a Cilium before 1.20.",
      source: "https://github.com/cilium/cilium/issues/44920",
      run: ({ settings: { ciliumVersion }, gatewayApi }) => {
        const minor = supportedMinor(ciliumVersion);
        // All objects come from one file, so the first unsuitable one is enough.
        const unsuitable = gatewayApi.find((object) => !semver.satisfies(gatewayApiRelease(object) ?? "", minor.gatewayApiRange));
        if (unsuitable === undefined) return [];
        const release = gatewayApiRelease(unsuitable);
        const origin = release === undefined ? "names no Gateway API release" : `is of Gateway API ${release}`;
        return [
          problem(
            "gatewayApi.crdsPath",
            `${nameOf(unsuitable)} ${origin}, and Cilium ${ciliumVersion} works with ${minor.gatewayApiRange}: with an older one its ` +
              `Gateways do not work, a newer one can crash its operator; get ${gatewayApiCrdsUrl(minor.gatewayApi)}`,
          ),
        ];
      },
    }),
  ],
  warnings: [
    renderedCheck({
      title: "Gateway API CRDs of another release than the documentation of this Cilium names",
      why: "Cilium's own tests only cover that release.",
      source: "https://docs.cilium.io/en/stable/network/servicemesh/gateway-api/gateway-api/",
      run: ({ settings: { ciliumVersion }, gatewayApi }) => {
        const minor = supportedMinor(ciliumVersion);
        const release = gatewayApi.map(gatewayApiRelease).find((each) => each !== minor.gatewayApi);
        if (release === undefined || !semver.satisfies(release, minor.gatewayApiRange)) return [];
        return [
          problem(
            "gatewayApi.crdsPath",
            `is Gateway API ${release}; the documentation of Cilium ${ciliumVersion} names ${minor.gatewayApi}`,
          ),
        ];
      },
    }),
  ],
};

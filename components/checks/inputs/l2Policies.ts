import { interfacePatterns } from "../../inputs/interfacePatterns.ts";
import type { Settings } from "../../inputs/settings.ts";
import { problem, quote } from "../../support/problems.ts";
import { anyOf, leaveOut, setTo } from "../advice.ts";
import { type Checks, inputCheck } from "../check.ts";

export const l2PolicyChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "a policy that announces nothing",
      why: "Cilium announces no address unless loadBalancerIPs or externalIPs is true, and reports nothing.",
      source: "https://docs.cilium.io/en/stable/network/l2-announcements/#ip-types",
      needs: ["loadBalancer"],
      run: ({ loadBalancer: { l2Policies } }) =>
        l2Policies.flatMap(({ loadBalancerIPs = true, externalIPs = false }, index) => {
          if (loadBalancerIPs || externalIPs) return [];
          const input = `loadBalancer.l2Policies[${index}]`;
          const waysOut = anyOf([leaveOut(`${input}.loadBalancerIPs`), setTo(`${input}.externalIPs`, true)]);
          return [problem(input, `announces nothing, because loadBalancerIPs and externalIPs are both false; ${waysOut}`)];
        }),
    }),
    inputCheck({
      title: "an interface pattern that Go refuses",
      why: "The agent uses Go's regular expressions, and ignores a policy with an invalid pattern.",
      source: "https://pkg.go.dev/regexp/syntax",
      needs: ["loadBalancer"],
      run: ({ loadBalancer: { l2Policies } }) =>
        l2Policies
          .flatMap(interfacePatterns)
          .filter(({ error }) => error !== undefined)
          .map(({ input, text, error }) =>
            problem(
              input,
              `${quote(text)} is not a valid Go regular expression: ${error ?? ""}; write one such as ^enp or ^eno[0-9]+$`,
            ),
          ),
    }),
  ],
  warnings: [],
};

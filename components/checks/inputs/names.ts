import type { Settings } from "../../inputs/settings.ts";
import { dnsLabel, dnsSubdomain } from "../../kubernetes/names.ts";
import { readStream } from "../../kubernetes/yaml.ts";
import { type Problem, problem, quote } from "../../support/problems.ts";
import { type Checks, inputCheck } from "../check.ts";

export const nameChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "a namespace that Kubernetes does not accept, or that is not text in YAML",
      why: "The API server refuses the name. The chart writes it without quotes, so `1e3` or `null` would become a number or nothing.",
      source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",
      needs: ["namespace"],
      run: ({ namespace }) => {
        if (!dnsLabel.test(namespace)) return [invalidName("namespace", namespace, `${labelFormat}, such as kube-system`)];
        if (typeof readStream(namespace, { uniqueKeys: false })[0] === "string") return [];
        return [
          problem(
            "namespace",
            `${quote(namespace)} is not text when it is written without quotes, as the chart does; choose another name`,
          ),
        ];
      },
    }),
    inputCheck({
      title: "the name of a pool, policy or BGP instance that Kubernetes does not accept, or that is used twice",
      why: "The API server refuses the name, or the second object overwrites the first.",
      source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",
      needs: ["loadBalancer", "bgp"],
      run: ({ loadBalancer, bgp }) => [
        ...objectNameProblems("loadBalancer.ipPools", loadBalancer.ipPools, subdomain),
        ...objectNameProblems("loadBalancer.l2Policies", loadBalancer.l2Policies, subdomain),
        // The name of an instance is the value of a label too.
        ...objectNameProblems("bgp", bgp, { pattern: dnsLabel, description: `${labelFormat}, such as lan` }),
      ],
    }),
  ],
  warnings: [],
};

interface NameFormat {
  readonly pattern: RegExp;
  readonly description: string;
}

const labelFormat = 'at most 63 lower case letters, digits and "-", with a letter or digit at both ends';

const subdomain: NameFormat = {
  pattern: dnsSubdomain,
  description:
    'at most 253 lower case letters, digits, "-" and ".", with a letter or digit at both ends, such as default-ip-pool',
};

function objectNameProblems(
  list: string,
  objects: readonly { readonly name: string }[],
  { pattern, description }: NameFormat,
): readonly Problem[] {
  return objects.flatMap(({ name }, index) => {
    const input = `${list}[${index}].name`;
    const firstIndex = objects.findIndex((other) => other.name === name);
    if (firstIndex < index) {
      return [problem(input, `${quote(name)} is also the name of ${list}[${firstIndex}]; names are unique`)];
    }
    return pattern.test(name) ? [] : [invalidName(input, name, description)];
  });
}

function invalidName(input: string, name: string, description: string): Problem {
  return problem(input, `${quote(name)} is not a valid Kubernetes name; write ${description}`);
}

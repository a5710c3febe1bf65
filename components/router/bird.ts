import { addressesOf, passwordPlaceholder, type Router, type RouterSessions } from "./routers.ts";

/**
 * The configuration of BIRD 2 for a router, which does the same as that of FRR. It is complete; the kernel then gets the routes that it takes
 * and no others.
 */
export function birdConfig(router: Router): string {
  const { asn, sessions } = router;
  const remote = sessions.filter(({ mayBeRemote }) => mayBeRemote);
  const lines = [
    `# BIRD 2, for the router at ${addressesOf(router).join(" and ")} in AS ${asn}. If your configuration has the protocols device and kernel already,`,
    `# leave them out here, and let yours export these routes${remote.length === 0 ? "" : ", learn all others"} and merge paths.`,
    // Without an address of IPv4, BIRD has no router ID and does not start. Any number that no other router has will do.
    ...(sessions.some(({ family }) => family === 4) ? [] : ["router id 0.0.0.1;"]),
    "protocol device {}",
    ...(remote.length === 0 ? [] : directLines(remote)),
    ...sessions.flatMap(kernelLines),
    ...sessions.flatMap((ofFamily) => [...filterLines(ofFamily), ...templateLines(router, ofFamily), ...neighborLines(ofFamily)]),
  ];
  return `${lines.join("\n")}\n`;
}

const groupOf = ({ family }: RouterSessions) => `cilium_ipv${family}`;

/** In internal sessions and over several hops, BIRD looks for the way to a node in its own tables. Without one, the route is unreachable. */
function directLines(sessions: readonly RouterSessions[]): readonly string[] {
  const channels = sessions.map(({ family }) => `ipv${family};`);
  return ["# BIRD needs the routes of the router to find the way to the nodes.", `protocol direct { ${channels.join(" ")} }`];
}

function kernelLines({ family, nodes, mayBeRemote }: RouterSessions): readonly string[] {
  return [
    "protocol kernel {",
    ...(mayBeRemote ? ["  learn;"] : []),
    `  merge paths on limit ${Math.max(2, nodes.length)};`,
    `  ipv${family} { import ${mayBeRemote ? "all" : "none"}; export where proto ~ "cilium_*"; };`,
    "}",
  ];
}

function filterLines(sessions: RouterSessions): readonly string[] {
  const { accepted, hasExternalIps } = sessions;
  const ranges = accepted.map((cidr) => `${cidr}+`).join(", ");
  return [
    ...(hasExternalIps ? ["# The nodes announce external IPs too: add their ranges to this filter."] : []),
    `filter ${groupOf(sessions)}_routes {`,
    ...(accepted.length === 0 ? [] : [`  if net ~ [ ${ranges} ] then accept;`]),
    "  reject;",
    "}",
  ];
}

function templateLines({ asn }: Router, sessions: RouterSessions): readonly string[] {
  const { family, address, peer, hops } = sessions;
  return [
    `template bgp ${groupOf(sessions)} {`,
    `  local ${address}${peer.port === undefined ? "" : ` port ${peer.port}`} as ${asn};`,
    // The agents connect to the router, and do not listen themselves.
    "  passive on;",
    // By default, BIRD refuses a node for a minute or more after the node was off.
    "  error wait time 5, 30;",
    ...(hops === 1 ? [] : [`  multihop ${hops};`]),
    ...(peer.authSecretRef === undefined
      ? []
      : [
          `  # Replace the text in quotes by the password in the Secret ${peer.authSecretRef}.`,
          `  password "${passwordPlaceholder(peer.authSecretRef)}";`,
        ]),
    `  ipv${family} { import filter ${groupOf(sessions)}_routes; export none; };`,
    "}",
  ];
}

function neighborLines(sessions: RouterSessions): readonly string[] {
  const asn = sessions.nodesAsn === undefined ? "external" : `as ${sessions.nodesAsn}`;
  return [
    ...(sessions.isPartlyInternal
      ? ["# Write `internal` in place of `external` for the nodes that are in the AS of the router."]
      : []),
    ...sessions.nodes.map(
      (node, index) => `protocol bgp ${groupOf(sessions)}_${index + 1} from ${groupOf(sessions)} { neighbor ${node} ${asn}; }`,
    ),
  ];
}

import { addressesOf, passwordPlaceholder, type Router, type RouterSessions } from "./routers.ts";

/**
 * The configuration of FRR for a router: it takes the routes that the nodes may announce and no others, announces nothing to them, and spreads
 * traffic over all nodes that announce an address.
 */
export function frrConfig(router: Router): string {
  const { asn, sessions } = router;
  const lines = [
    `! FRR, for the router at ${addressesOf(router).join(" and ")} in AS ${asn}. Paste it after \`configure terminal\` in vtysh, or into frr.conf.`,
    ...sessions.flatMap(filterLines),
    ...sessions.flatMap(nextHopLines),
    "route-map cilium-out deny 10",
    "exit",
    `router bgp ${asn}`,
    // Without an address of IPv4, FRR has no router ID and opens no session. Any number that no other router has will do.
    ...(sessions.some(({ family }) => family === 4) ? [] : [" bgp router-id 0.0.0.1"]),
    ...sessionLines(sessions),
    ...sessions.flatMap(neighborLines),
    ...sessions.flatMap(addressFamilyLines),
    "exit",
  ];
  return `${lines.join("\n")}\n`;
}

const groupOf = ({ family }: RouterSessions) => `cilium-ipv${family}`;

function filterLines(sessions: RouterSessions): readonly string[] {
  const { family, accepted, hasExternalIps } = sessions;
  const ip = family === 4 ? "ip" : "ipv6";
  const list = `${ip} prefix-list ${groupOf(sessions)}`;
  const longest = family === 4 ? 32 : 128;
  const permitted = accepted.map((cidr, index) => {
    const isSingle = cidr.endsWith(`/${longest}`);
    return `${list} seq ${(index + 1) * 5} permit ${cidr}${isSingle ? "" : ` le ${longest}`}`;
  });
  return [
    ...(hasExternalIps
      ? [`! The nodes announce external IPs too: permit their ranges in the prefix list ${groupOf(sessions)}.`]
      : []),
    ...(permitted.length === 0 ? [`${list} seq 5 deny any`] : permitted),
    `route-map ${groupOf(sessions)}-in permit 10`,
    ` match ${ip} address prefix-list ${groupOf(sessions)}`,
    "exit",
  ];
}

/** FRR leaves out the routes of nodes that it reaches by its default route otherwise, although it has a session with them. */
function nextHopLines({ family, mayBeRemote }: RouterSessions): readonly string[] {
  return mayBeRemote ? [`${family === 4 ? "ip" : "ipv6"} nht resolve-via-default`] : [];
}

/** Settings of all sessions. */
function sessionLines(sessions: readonly RouterSessions[]): readonly string[] {
  return [
    // FRR spreads traffic only over routes of one AS otherwise.
    ...(sessions.some(({ nodesAsn }) => nodesAsn === undefined) ? [" bgp bestpath as-path multipath-relax"] : []),
    // Cilium offers notifications with graceful restart (RFC 8538). With them, FRR keeps the routes of a dead node after the hold time too.
    ...(sessions.some(({ restartsGracefully }) => restartsGracefully) ? [" no bgp graceful-restart notification"] : []),
  ];
}

function neighborLines(sessions: RouterSessions): readonly string[] {
  const { nodes, nodesAsn, peer, hops } = sessions;
  const group = ` neighbor ${groupOf(sessions)}`;
  return [
    `${group} peer-group`,
    `${group} remote-as ${nodesAsn ?? "external"}`,
    // The agents connect to the router, and do not listen themselves.
    `${group} passive`,
    ...(hops === 1 ? [] : [`${group} ebgp-multihop ${hops}`]),
    ...(peer.port === undefined
      ? []
      : [` ! The nodes connect to port ${peer.port}: start bgpd with \`--bgp_port ${peer.port}\`.`]),
    ...(peer.authSecretRef === undefined
      ? []
      : [
          ` ! Replace the last word by the password in the Secret ${peer.authSecretRef}.`,
          `${group} password ${passwordPlaceholder(peer.authSecretRef)}`,
        ]),
    ...(sessions.isPartlyInternal
      ? [" ! The nodes that are in the AS of the router need a group like this one, with `remote-as internal`."]
      : []),
    ...nodes.map((node) => ` neighbor ${node} peer-group ${groupOf(sessions)}`),
  ];
}

function addressFamilyLines(sessions: RouterSessions): readonly string[] {
  const { family, nodes, isInternal } = sessions;
  const group = `  neighbor ${groupOf(sessions)}`;
  // FRR lets every neighbor exchange routes of IPv4 unless it is told otherwise.
  const withoutIpv4 = [" address-family ipv4 unicast", `  no neighbor ${groupOf(sessions)} activate`, " exit-address-family"];
  return [
    ...(family === 6 ? withoutIpv4 : []),
    ` address-family ipv${family} unicast`,
    `${group} activate`,
    `${group} route-map ${groupOf(sessions)}-in in`,
    `${group} route-map cilium-out out`,
    `  maximum-paths ${isInternal ? "ibgp " : ""}${Math.max(2, nodes.length)}`,
    " exit-address-family",
  ];
}

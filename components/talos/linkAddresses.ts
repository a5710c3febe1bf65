import { documentsOf, listAt, listIn, type MachineConfigDocuments, memberOf, texts } from "./machineConfigDocuments.ts";

/** The kinds of links that are on a network. The others, such as DummyLinkConfig and WireguardConfig, have no neighbours. */
const linkKinds = ["LinkConfig", "BondConfig", "BridgeConfig", "VLANConfig"];

/** The addresses that control planes share, as text. */
export function virtualAddresses(documents: MachineConfigDocuments): readonly string[] {
  return texts([
    ...linksOf(documents).map((link) => memberOf(memberOf(link, "vip"), "ip")),
    ...["Layer2VIPConfig", "HCloudVIPConfig"].flatMap((kind) => documentsOf(documents, kind).map(({ name }) => name)),
  ]);
}

/** The static addresses of the links that are on a network, as text. Most have a prefix length. */
export function linkAddresses(documents: MachineConfigDocuments): readonly string[] {
  const ownDocuments = linkKinds.flatMap((kind) => documentsOf(documents, kind)).filter(({ name }) => name !== "lo");
  return texts([
    ...linksOf(documents).filter(isOnNetwork).flatMap(addressesIn),
    ...ownDocuments.flatMap((link) => listIn(link, "addresses")).map((entry) => memberOf(entry, "address")),
  ]);
}

/** The names of the links that are on a network. Those that the main document selects by other properties have none. */
export function linkNames(documents: MachineConfigDocuments): readonly string[] {
  return texts([
    ...linksOf(documents).map((link) => memberOf(link, "interface")),
    ...linkKinds.flatMap((kind) => documentsOf(documents, kind)).map(({ name }) => name),
  ]);
}

/** The interfaces of the main document, and their VLANs. */
function linksOf(documents: MachineConfigDocuments): readonly unknown[] {
  return listAt(documents, undefined, "machine", "network", "interfaces").flatMap((link) => [link, ...listIn(link, "vlans")]);
}

/** The addresses of a link of the main document. Talos reads the older `cidr` only if there are no `addresses`. */
function addressesIn(link: unknown): readonly unknown[] {
  const addresses = listIn(link, "addresses");
  return addresses.length > 0 ? addresses : [memberOf(link, "cidr")];
}

function isOnNetwork(link: unknown): boolean {
  return memberOf(link, "interface") !== "lo" && memberOf(link, "dummy") !== true && memberOf(link, "wireguard") === undefined;
}

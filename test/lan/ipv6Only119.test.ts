import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../harness/cluster.ts";
import { testIpv6Only } from "../harness/ipv6Only.ts";
import { isolate } from "../harness/isolation.ts";
import { answersNdp, fetchPage } from "../harness/lanClient.ts";

isolate();

testIpv6Only("1.19.6", {
  loadBalancer: { ipPools: [{ name: "lan", blocks: [{ cidr: "2001:db8:1::200/125" }] }], l2Policies: [{ name: "lan" }] },
});

test("a client on the LAN gets an answer from an announced LoadBalancer IP", async () => {
  await eventually(() => answersNdp("2001:db8:1::200"), "nobody answers for 2001:db8:1::200");
  assert.equal(await answersNdp("2001:db8:1::201"), false);
  const answers = async () => (await fetchPage("2001:db8:1::200")) !== undefined;
  await eventually(answers, "no web server answers at 2001:db8:1::200", 20);
});

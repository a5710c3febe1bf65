import { testIpv6Only } from "../harness/ipv6Only.ts";
import { isolate } from "../harness/isolation.ts";

isolate();

testIpv6Only("1.18.4");

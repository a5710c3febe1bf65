import { isolate } from "../harness/isolation.ts";
import { testTunnel } from "../harness/tunnelLan.ts";

isolate();

testTunnel("1.18.4");

import { testVerdicts } from "../harness/agentVerdicts.ts";

testVerdicts("1.19.6", "cilium-agent-1.19");

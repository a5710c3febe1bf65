import { testVerdicts } from "../harness/agentVerdicts.ts";

testVerdicts("1.19.6");

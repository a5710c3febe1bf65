import { testVerdicts } from "../harness/agentVerdicts.ts";

testVerdicts("1.18.4");

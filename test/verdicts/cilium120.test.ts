import { testVerdicts } from "../harness/agentVerdicts.ts";

testVerdicts("1.20.0");

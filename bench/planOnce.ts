// Turns the inputs into the checked, canonical manifest, once: `planOnce.ts <inputs>`.
import type { TalosCiliumCniArgs } from "../components/inputs/args.ts";
import { createPlan } from "../components/plan.ts";
import { printReport } from "./report.ts";

const [inputs = ""] = process.argv.slice(2);
createPlan(JSON.parse(inputs) as TalosCiliumCniArgs);
printReport();

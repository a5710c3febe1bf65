// npm run doctor: says where the way from a Service to its clients breaks.
import { startDoctor } from "./lib/doctor.ts";

// npm starts this in the project's folder. Paths, also those in KUBECONFIG, are relative to the folder of the user.
process.chdir(process.env["INIT_CWD"] || process.cwd());
await startDoctor({ args: process.argv.slice(2), name: "npm run doctor --", folder: process.cwd() });

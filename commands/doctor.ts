// npm run doctor: says where the way from a Service to its clients breaks.
import { refuseOptionsThatNpmTook } from "./lib/commandLine.ts";
import { doctorOptions, startDoctor } from "./lib/doctor.ts";

// npm starts this in the project's folder. Paths, also those in KUBECONFIG, are relative to the folder of the user.
process.chdir(process.env["INIT_CWD"] || process.cwd());
const args = process.argv.slice(2);
try {
  refuseOptionsThatNpmTook("npm run doctor", Object.keys(doctorOptions), args);
  await startDoctor({ args, name: "npm run doctor --", folder: process.cwd() });
} catch (error) {
  process.stderr.write(`error: ${(error as Error).message}\n`);
  process.exitCode = 2;
}

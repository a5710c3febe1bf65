// The command of the npm package: `npx talos-cilium-cni doctor`.
import { doctorUsage, startDoctor } from "./lib/doctor.ts";

const [command, ...args] = process.argv.slice(2);
const name = "npx talos-cilium-cni doctor";
if (command === "doctor") {
  await startDoctor({ args, name, folder: process.cwd() });
} else {
  const isHelp = command === undefined || command === "--help" || command === "-h";
  (isHelp ? process.stdout : process.stderr).write(
    isHelp ? doctorUsage(name) : `error: there is no command ${command}\n\n${doctorUsage(name)}`,
  );
  process.exitCode = isHelp ? 0 : 2;
}

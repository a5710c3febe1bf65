// The command of the npm package: `npx talos-cilium-cni doctor`.
const [command, ...args] = process.argv.slice(2);
const name = "npx talos-cilium-cni doctor";
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  // npx only warns of a Node that is too old. The libraries of the doctor would not even load there.
  process.stderr.write(`error: the doctor needs Node 22.15 or later (https://nodejs.org); this is ${process.versions.node}\n`);
  process.exitCode = 2;
} else {
  const { doctorUsage, startDoctor } = await import("./lib/doctor.ts");
  if (command === "doctor") await startDoctor({ args, name, folder: process.cwd() });
  else {
    const isHelp = command === undefined || command === "--help" || command === "-h";
    (isHelp ? process.stdout : process.stderr).write(
      isHelp ? doctorUsage(name) : `error: there is no command ${command}\n\n${doctorUsage(name)}`,
    );
    process.exitCode = isHelp ? 0 : 2;
  }
}

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../tools/childProcess.mjs";

/** What `pulumi install` installs for a Python program, and what builds the SDK of a package. */
const packages = ["pulumi>=3,<4", "parver>=0.2.1", "semver>=2.8.1", "typing-extensions>=4.11", "pip", "setuptools", "wheel"];

/** Downloads the packages of a Python program into a folder, for pip. */
export function fetchPythonPackages(folder: string): string {
  const destination = join(folder, "python");
  mkdirSync(destination, { recursive: true });
  run("python3", ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest", destination, ...packages]);
  return destination;
}

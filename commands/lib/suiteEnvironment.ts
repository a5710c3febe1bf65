// Applies the environment of its suite to a test file before it runs: `node --import <this file> <test file>`.
//
// One `run` of node:test starts all files, each with the environment of the parent process.
import { readFileSync } from "node:fs";

const [, testFile = ""] = process.argv;
const { CILIUM_TEST_ENVIRONMENTS: file = "" } = process.env;
const environments = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, NodeJS.ProcessEnv>>;
const environment = environments[testFile];
if (environment === undefined) throw new Error(`${file} has no environment for ${testFile}`);
Object.assign(process.env, environment);

// Gives a test file the environment of its suite before it runs: `node --import <this file> <test file>`.
//
// All files run in one `run` of node:test, which starts each of them with its own environment.
import { readFileSync } from "node:fs";

const [, testFile = ""] = process.argv;
const { CILIUM_TEST_ENVIRONMENTS: file = "" } = process.env;
const environments = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, NodeJS.ProcessEnv>>;
const environment = environments[testFile];
if (environment === undefined) throw new Error(`${file} has no environment for ${testFile}`);
Object.assign(process.env, environment);

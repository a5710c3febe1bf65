import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { suiteDataVariable } from "../../../commands/lib/provide.ts";
import { chart, chartArgs, chartFolder } from "../../harness/charts.ts";
import { readGatewayApiCrds } from "../../harness/suiteData.ts";

const environment = { ...process.env };
afterEach(() => {
  process.env = { ...environment };
});

test("a chart or CRDs that the suite does not declare are an error that says where to add them", () => {
  process.env[suiteDataVariable] = JSON.stringify({ charts: {}, gatewayApi: {}, ciliumSources: {} });
  const message = "the suite does not declare the chart of Cilium 1.19.6; add it in commands/lib/suites.ts";
  assert.throws(() => chartArgs("1.19.6"), { message });
  assert.throws(() => chart("1.19.6"), { message });
  assert.throws(() => chartFolder("1.19.6"), { message });
  assert.throws(() => readGatewayApiCrds("v1.4.1"), {
    message: "the suite does not declare the CRDs of Gateway API v1.4.1; add it in commands/lib/suites.ts",
  });
});

test("a test file that is started by itself gets an error that says how to start it", () => {
  const { [suiteDataVariable]: _, ...unprovided } = environment;
  process.env = unprovided;
  assert.throws(
    () => readGatewayApiCrds("v1.4.1"),
    /^Error: nothing was fetched for this process; start a test file with npm test -- <file>$/,
  );
});

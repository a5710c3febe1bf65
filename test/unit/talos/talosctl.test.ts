import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { afterEach, test } from "node:test";
import { requireTalosctl, TalosctlError, withTalosctl } from "../../../components/talos/talosctl.ts";
import { FakeTalosctl } from "../../harness/fakeTalosctl.ts";

const credentials = { caCertificate: "ca", clientCertificate: "certificate", clientKey: "key-of-admin" };
let fake: FakeTalosctl | undefined;
afterEach(() => {
  fake?.remove();
  fake = undefined;
});

test("a talosctl of 1.13 or later is taken, an older one and one without a version are not", async () => {
  const accepted = ["Talos v1.13.0\n", "Talos v1.14.1\n", "WARNING: x\nTalos v1.13.9\n"];
  const rejected: readonly (readonly [string | { failure: string }, RegExp])[] = [
    ["Talos v1.12.4\n", /^talos\.sync needs another talosctl than 1\.12\.4; install talosctl 1\.13\.0 or later/],
    ["Talos v1.9.0\n", /than 1\.9\.0/],
    ["hello\n", /^talosctl cannot tell its version: it printed "hello"; install/],
    [{ failure: "broken" }, /^talosctl cannot tell its version: broken; install/],
  ];
  fake = new FakeTalosctl({});
  for (const version of accepted) {
    fake.answer({ version });
    await requireTalosctl();
  }
  for (const [version, message] of rejected) {
    fake.answer({ version });
    await assert.rejects(requireTalosctl(), (error: Error) => error instanceof TalosctlError && message.test(error.message));
  }
});

test("without talosctl on PATH, the error says what to install, and how to do without", async () => {
  const { PATH } = process.env;
  process.env["PATH"] = "/no/such/folder";
  try {
    await assert.rejects(
      requireTalosctl(),
      /not on PATH or cannot be started; install talosctl 1\.13\.0 .*, or leave talos\.sync out$/,
    );
  } finally {
    process.env["PATH"] = PATH;
  }
});

test("talosctl gets the machine, and the credentials in a private file that is removed afterwards, whatever happens", async () => {
  fake = new FakeTalosctl({ service: "STATE Running\n", get: { failure: "1\n2\n3\n4\n5\n6\nno\n" } });
  const files = [];
  const printed = await withTalosctl(credentials, (talosctl) => talosctl({ node: "10.0.0.1" }, ["service", "etcd"]));
  assert.equal(printed, "STATE Running\n");
  await assert.rejects(
    withTalosctl(credentials, (talosctl) => talosctl({ node: "10.0.0.1", endpoint: "10.0.0.9" }, ["get", "manifests"])),
    // Only the end, where the reason is.
    ({ message }: Error) => message === "talosctl get to 10.0.0.1: 3\n4\n5\n6\nno",
  );
  const [first, second] = fake.calls();
  const optionsOf = (call = first) => call?.args.filter((option) => !option.includes("talos-cilium-cni-"));
  assert.deepEqual(optionsOf(), ["service", "etcd", "--talosconfig", "--endpoints", "10.0.0.1", "--nodes", "10.0.0.1"]);
  assert.deepEqual(optionsOf(second), ["get", "manifests", "--talosconfig", "--endpoints", "10.0.0.9", "--nodes", "10.0.0.1"]);
  for (const { config, args } of fake.calls()) {
    assert(config !== undefined);
    files.push(config.file);
    assert.equal(config.mode, 0o600);
    assert.match(config.text, /"ca":"ca","crt":"certificate","key":"key-of-admin"/);
    assert(!args.join(" ").includes("key-of-admin"));
  }
  assert.equal(new Set(files).size, 2);
  for (const file of files) assert(!existsSync(file), file);
});

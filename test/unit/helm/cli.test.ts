import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { findProgram } from "../../../commands/lib/programs.ts";
import { stageChart } from "../../../components/delivery/chartArchive.ts";
import { findChart } from "../../../components/helm/chartSource.ts";
import { helm, HelmError, HelmTimeout, minimumHelm } from "../../../components/helm/cli.ts";
import { render } from "../../../components/helm/render.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { timeLimits } from "../../../components/support/childProcess.ts";
import { tools } from "../../../tools/tools.mjs";
import { scriptOfVersion, withEmptyPath, withFakeHelm, writeExecutable } from "../../harness/fakeHelm.ts";
import { inputErrorOf, problemOf } from "../../harness/inputErrors.ts";
import { writeTinyChart } from "../../harness/tinyChart.ts";

const realHelm = findProgram("helm") ?? assert.fail("there is no helm");

/** The markers of the Helms that were approved, in the cache. */
const approvals = (folder: string) => {
  const markers = join(folder, "cache", "talos-cilium-cni", "helm");
  return existsSync(markers) ? readdirSync(markers) : [];
};

/** Everything that the components do with Helm. */
const uses: Readonly<Record<string, (folder: string) => unknown>> = {
  pull: () => findChart(resolveSettings({})),
  template: (folder) => render({ path: writeTinyChart(join(folder, "chart")) }, {}, resolveSettings({})),
  package: (folder) => stageChart({ path: writeTinyChart(join(folder, "chart")) }),
};

test("without Helm on PATH, the error says what to install", () => {
  withEmptyPath(() => {
    assert.throws(() => helm(["list"]), {
      name: "InputError",
      message: /^helm: is not on PATH; install Helm 3\.19\.0 or later \(https:/,
    });
  });
});

test("a Helm that is too old is not used", () => {
  for (const version of ["v3.18.6", "v2.17.0"]) {
    withFakeHelm(`echo ${version}`, () => {
      assert.throws(() => helm(["list"]), {
        name: "InputError",
        message: /^helm: .* is version \d\S+; install Helm 3\.19\.0 or later/,
      });
    });
  }
});

// A shim of a version manager starts Helm, and fails in its own way if it cannot.
for (const [shim, script, reason] of [
  ["asdf without a version", 'echo "No version is set for command helm" >&2; exit 126', "No version is set for command helm"],
  ["mise without a version", 'echo "mise ERROR No version is set for shim: helm" >&2; exit 1', "mise ERROR No version is set"],
  ["a shim that prints to standard output", 'echo "helm is not installed"; exit 127', "helm is not installed"],
  ["a shim that prints nothing and fails", "exit 3", "it exited with status 3"],
  ["a shim that crashes", "kill -SEGV $$", "it was killed by SIGSEGV"],
  ["a shim that prints something else", "echo nonsense", 'it printed "nonsense"'],
  ["a shim that prints nothing and succeeds", "exit 0", 'it printed ""'],
  [
    "a shim that hangs",
    'echo "install helm? [y/n]"; exec /bin/sleep 60',
    "helm version did not finish within 0.3 s and was stopped; before that it printed: install helm? [y/n]",
  ],
  [
    "a shim that ignores SIGTERM",
    'trap "" TERM; while :; do :; done',
    "helm version did not finish within 0.3 s and was stopped",
  ],
] as const) {
  test(`a Helm that cannot tell its version is a problem of helm, whatever it is used for: ${shim}`, () => {
    for (const [command, use] of Object.entries(uses)) {
      withFakeHelm(script, (folder) => {
        timeLimits.helmVersion = 300;
        const { input, message } = problemOf(() => use(folder));
        assert.equal(input, "helm", command);
        assert(message.startsWith(`${join(folder, "helm")} cannot tell its version: ${reason}`), message);
        assert.match(message, /; install Helm 3\.19\.0 or later \(https:.*\), or select one in your version manager$/);
        assert.deepEqual(approvals(folder), []);
      });
    }
  });
}

test("a helm that cannot be started is a problem of helm", () => {
  for (const content of ["#!/no/such/interpreter\n", "\x7fELF of another machine", ""]) {
    withEmptyPath((folder) => {
      writeExecutable(join(folder, "helm"), content);
      assert.match(
        problemOf(() => helm(["list"])).message,
        /helm cannot (be started: spawnSync|tell its version:) .*; install Helm/,
      );
    });
  }
});

test("a shim is asked for its version each time, because the Helm behind it may change", () => {
  const script = '. "$PATH/$1"';
  const big = `#!/bin/sh\n${script}; exit\n${"#".repeat(30_000_000)}\n`;
  const shims: Readonly<Record<string, (folder: string) => void>> = {
    "a script": (folder) => {
      writeExecutable(join(folder, "helm"), `#!/bin/sh\n${script}\n`);
    },
    "a link to a script": (folder) => {
      writeExecutable(join(folder, "asdf"), `#!/bin/sh\n${script}\n`);
      symlinkSync("asdf", join(folder, "helm"));
    },
    "a script as big as Helm": (folder) => {
      writeExecutable(join(folder, "helm"), big);
    },
    // The shims of proto are small programs. This one is a shell, which runs its first argument as a script.
    "a small program": (folder) => {
      copyFileSync("/bin/sh", join(folder, "helm"));
    },
  };
  for (const [description, createShim] of Object.entries(shims)) {
    withEmptyPath((folder) => {
      createShim(folder);
      process.chdir(folder);
      writeFileSync("list", "echo done");
      writeFileSync("version", "echo v4.3.1");
      assert.equal(helm(["list"]), "done\n", description);
      writeFileSync("version", "echo v3.12.0");
      assert.match(problemOf(() => helm(["list"])).message, /helm is version 3\.12\.0; install/, description);
      assert.deepEqual(approvals(folder), []);
    });
  }
});

test("Helm itself is asked for its version once, also behind a link; a program of another name is asked each time", () => {
  withEmptyPath((folder) => {
    symlinkSync(realHelm, join(folder, "helm"));
    assert.match(helm(["version"]), /v[34]\./);
    assert.equal(approvals(folder).length, 1);
  });
  withEmptyPath((folder) => {
    copyFileSync(realHelm, join(folder, "mise"));
    symlinkSync("mise", join(folder, "helm"));
    assert.match(helm(["version"]), /v[34]\./);
    assert.deepEqual(approvals(folder), []);
  });
});

test("a helm on PATH that cannot be executed does not hide a later one that can", () => {
  const obstacles: Readonly<Record<string, (folder: string) => void>> = {
    "a file that is not executable": (folder) => {
      writeFileSync(join(folder, "helm"), "");
    },
    "a folder": (folder) => {
      mkdirSync(join(folder, "helm"));
    },
    "a dangling link": (folder) => {
      symlinkSync("nowhere", join(folder, "helm"));
    },
    "a link to itself": (folder) => {
      symlinkSync("helm", join(folder, "helm"));
    },
  };
  for (const [description, createObstacle] of Object.entries(obstacles)) {
    withFakeHelm(scriptOfVersion("v4.3.1", "echo done"), (folder) => {
      const before = join(folder, "before");
      mkdirSync(before);
      createObstacle(before);
      process.env["PATH"] = [before, "", "/no/such/folder", "/dev/null", folder].join(delimiter);
      assert.equal(helm(["list"]), "done\n", description);

      process.env["PATH"] = before;
      const { input, message } = problemOf(() => helm(["list"]));
      assert.equal(input, "helm");
      const expected = description.startsWith("a file")
        ? /helm is not executable; run `chmod \+x .*helm`, or install/
        : /^is not on PATH; install/;
      assert.match(message, expected, description);
    });
  }
});

test("a Helm that hangs is stopped, and the error has the time limit and says what to do", () => {
  const commands = { template: uses["template"], package: uses["package"], list: () => helm(["list"]) };
  for (const [command, use] of Object.entries(commands)) {
    withFakeHelm(scriptOfVersion("v4.3.1", "exec /bin/sleep 60"), (folder) => {
      timeLimits.helm = 300;
      const { input, message } = problemOf(() => use?.(folder));
      assert.equal(input, "helm");
      assert.match(message, new RegExp(`helm ${command} did not finish within 0\\.3 s and was stopped`));
      assert.match(message, /; check that it works in a terminal, or install/);
    });
  }
});

test("a timeout has a summary for callers that know the input at fault", () => {
  withFakeHelm(scriptOfVersion("v4.3.1", "exec /bin/sleep 60"), () => {
    const error = inputErrorOf(() => helm(["pull"], { timeout: 200 }));
    assert(error instanceof HelmTimeout);
    assert.equal(error.summary, "helm pull did not finish within 0.2 s and was stopped");
  });
});

test("the error of a failed Helm has its own message, from either output, however large the input is", () => {
  const input = "x".repeat(10_000_000);
  for (const [script, message] of [
    ['echo "Error: first" >&2; echo "second" >&2; exit 1', "first\nsecond"],
    ['echo "Error: on standard output"; exit 1', "on standard output"],
    ["exit 7", "it exited with status 7 and printed nothing"],
    ['echo "out of memory" >&2; kill -KILL $$', "it was killed by SIGKILL: out of memory"],
  ] as const) {
    withFakeHelm(scriptOfVersion("v4.3.1", script), () => {
      for (const options of [{}, { input }]) assert.throws(() => helm(["template"], options), new HelmError(message));
    });
  }
});

test("the project's own tools and the error messages require the same Helm version", () => {
  assert.equal(tools.helm.onPath.minimum, minimumHelm);
});

test("only an error of the connection counts as unreachable", () => {
  for (const [message, expected] of [
    ["Get https://helm.cilium.io/index.yaml: dial tcp: lookup helm.cilium.io: no such host", true],
    ["dial tcp 127.0.0.1:1: connect: connection refused", true],
    ["dial udp [::1]:53: connect: network is unreachable", true],
    ["failed to fetch https://helm.cilium.io/index.yaml : 404 Not Found", false],
    ["tls: failed to verify certificate: x509: certificate signed by unknown authority", false],
    ["cannot dial tcpdump", false],
  ] as const) {
    assert.equal(new HelmError(message).isUnreachable, expected, message);
  }
});

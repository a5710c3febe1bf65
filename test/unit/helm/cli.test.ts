import assert from "node:assert/strict";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { findProgram } from "../../../commands/lib/programs.ts";
import { stageChart } from "../../../components/delivery/chartArchive.ts";
import { findChart } from "../../../components/helm/chartSource.ts";
import { helm, HelmError, minimumHelm } from "../../../components/helm/cli.ts";
import { render } from "../../../components/helm/render.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { timeLimits } from "../../../components/support/childProcess.ts";
import { InputError } from "../../../components/support/problems.ts";
import { tools } from "../../../tools/tools.mjs";
import { writeTinyChart } from "../../harness/tinyChart.ts";

const realHelm = findProgram("helm") ?? assert.fail("there is no helm");

/** Runs in an empty folder that is all of PATH and the cache folder too. */
function inFolder(use: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "helm-"));
  const before = { ...process.env };
  const cwd = process.cwd();
  const limits = { ...timeLimits };
  try {
    Object.assign(process.env, { PATH: folder, XDG_CACHE_HOME: join(folder, "cache") });
    use(folder);
  } finally {
    process.env = before;
    process.chdir(cwd);
    Object.assign(timeLimits, limits);
    rmSync(folder, { recursive: true });
  }
}

/** The same with a helm of this script. */
function withHelm(script: string, use: (folder: string) => void): void {
  inFolder((folder) => {
    writeScript(join(folder, "helm"), `#!/bin/sh\n${script}\n`);
    use(folder);
  });
}

function writeScript(file: string, content: string): void {
  writeFileSync(file, content);
  chmodSync(file, 0o755);
}

/** A script that tells this version, and otherwise does what follows. */
const telling = (version: string, otherwise: string) => `[ "$1" = version ] && echo ${version} && exit; ${otherwise}`;

/** What the marker of an approved Helm is. */
const approvals = (folder: string) => {
  const markers = join(folder, "cache", "talos-cilium-cni", "helm");
  return existsSync(markers) ? readdirSync(markers) : [];
};

/** All that is done with Helm. */
const uses: Readonly<Record<string, (folder: string) => unknown>> = {
  pull: () => findChart(resolveSettings({})),
  template: (folder) => render({ path: writeTinyChart(join(folder, "chart")) }, {}, resolveSettings({})),
  package: (folder) => stageChart({ path: writeTinyChart(join(folder, "chart")) }),
};

/** The one problem that something has. */
function problemOf(work: () => unknown) {
  try {
    work();
  } catch (error) {
    assert(error instanceof InputError, String(error));
    assert.equal(error.problems.length, 1);
    return error.problems[0] ?? assert.fail();
  }
  return assert.fail("there is no problem");
}

test("without Helm, one sentence says what to install", () => {
  inFolder(() => {
    assert.throws(() => helm(["list"]), {
      name: "InputError",
      message: /^helm: is not on PATH; install Helm 3\.19\.0 or later \(https:/,
    });
  });
});

test("a Helm that is too old is not used", () => {
  for (const version of ["v3.18.6", "v2.17.0"]) {
    withHelm(`echo ${version}`, () => {
      assert.throws(() => helm(["list"]), {
        name: "InputError",
        message: /^helm: .* is version \d\S+; install Helm 3\.19\.0 or later/,
      });
    });
  }
});

// Shims of version managers fail in the place of Helm, each in its own way.
for (const [shim, script, words] of [
  ["asdf without a version", 'echo "No version is set for command helm" >&2; exit 126', "No version is set for command helm"],
  ["mise without a version", 'echo "mise ERROR No version is set for shim: helm" >&2; exit 1', "mise ERROR No version is set"],
  ["one that prints to standard output", 'echo "helm is not installed"; exit 127', "helm is not installed"],
  ["a silent one", "exit 3", "it exited with status 3"],
  ["one that crashes", "kill -SEGV $$", "it was killed by SIGSEGV"],
  ["one that tells no version", "echo nonsense", 'it printed "nonsense"'],
  ["one that prints nothing", "exit 0", 'it printed ""'],
  [
    "one that hangs",
    'echo "install helm? [y/n]"; exec /bin/sleep 60',
    "helm version did not finish within 0.3 s and was stopped; before that it printed: install helm? [y/n]",
  ],
  [
    "one that cannot be stopped nicely",
    'trap "" TERM; while :; do :; done',
    "helm version did not finish within 0.3 s and was stopped",
  ],
] as const) {
  test(`a shim that cannot tell its version, ${shim}, is a problem of helm and of nothing else`, () => {
    for (const [command, use] of Object.entries(uses)) {
      withHelm(script, (folder) => {
        timeLimits.helmVersion = 300;
        const { input, message } = problemOf(() => use(folder));
        assert.equal(input, "helm", command);
        assert(message.startsWith(`${join(folder, "helm")} cannot tell its version: ${words}`), message);
        assert.match(message, /; install Helm 3\.19\.0 or later \(https:.*\), or select one in your version manager$/);
        assert.deepEqual(approvals(folder), []);
      });
    }
  });
}

test("a helm that cannot be started at all is a problem of helm", () => {
  for (const content of ["#!/no/such/interpreter\n", "\x7fELF of another machine", ""]) {
    inFolder((folder) => {
      writeScript(join(folder, "helm"), content);
      assert.match(
        problemOf(() => helm(["list"])).message,
        /helm cannot (be started: spawnSync|tell its version:) .*; install Helm/,
      );
    });
  }
});

test("the Helm behind a shim may change: it is asked each time", () => {
  const script = '. "$PATH/$1"';
  const big = `#!/bin/sh\n${script}; exit\n${"#".repeat(30_000_000)}\n`;
  const shims: Readonly<Record<string, (folder: string) => void>> = {
    "a script": (folder) => {
      writeScript(join(folder, "helm"), `#!/bin/sh\n${script}\n`);
    },
    "a link to a script": (folder) => {
      writeScript(join(folder, "asdf"), `#!/bin/sh\n${script}\n`);
      symlinkSync("asdf", join(folder, "helm"));
    },
    "a script as big as Helm": (folder) => {
      writeScript(join(folder, "helm"), big);
    },
    // As proto has them: here a shell, which takes its first argument for the name of a script.
    "a small program": (folder) => {
      copyFileSync("/bin/sh", join(folder, "helm"));
    },
  };
  for (const [what, make] of Object.entries(shims)) {
    inFolder((folder) => {
      make(folder);
      process.chdir(folder);
      writeFileSync("list", "echo done");
      writeFileSync("version", "echo v4.3.1");
      assert.equal(helm(["list"]), "done\n", what);
      writeFileSync("version", "echo v3.12.0");
      assert.match(problemOf(() => helm(["list"])).message, /helm is version 3\.12\.0; install/, what);
      assert.deepEqual(approvals(folder), []);
    });
  }
});

test("Helm itself is asked once, by whatever path it is found; a program of another name is not taken for it", () => {
  inFolder((folder) => {
    symlinkSync(realHelm, join(folder, "helm"));
    assert.match(helm(["version"]), /v[34]\./);
    assert.equal(approvals(folder).length, 1);
  });
  inFolder((folder) => {
    copyFileSync(realHelm, join(folder, "mise"));
    symlinkSync("mise", join(folder, "helm"));
    assert.match(helm(["version"]), /v[34]\./);
    assert.deepEqual(approvals(folder), []);
  });
});

test("what stands on PATH before Helm and cannot be executed does not hide it", () => {
  const obstacles: Readonly<Record<string, (folder: string) => void>> = {
    "a file without permission to be executed": (folder) => {
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
  for (const [what, make] of Object.entries(obstacles)) {
    withHelm(telling("v4.3.1", "echo done"), (folder) => {
      const before = join(folder, "before");
      mkdirSync(before);
      make(before);
      process.env["PATH"] = [before, "", "/no/such/folder", "/dev/null", folder].join(delimiter);
      assert.equal(helm(["list"]), "done\n", what);

      process.env["PATH"] = before;
      const { input, message } = problemOf(() => helm(["list"]));
      assert.equal(input, "helm");
      const expected = what.startsWith("a file")
        ? /helm is not executable; run chmod \+x .*helm, or install/
        : /^is not on PATH; install/;
      assert.match(message, expected, what);
    });
  }
});

test("a Helm that hangs is stopped, and the error says after how long and what to do", () => {
  const asked = { pull: "chart.repository", template: "helm", package: "helm" };
  const ways = {
    pull: /; check the address and the network, or name/,
    template: /; check that it works in a terminal, or install/,
    package: /in a terminal/,
  };
  for (const command of ["pull", "template", "package"] as const) {
    withHelm(telling("v4.3.1", "exec /bin/sleep 60"), (folder) => {
      Object.assign(timeLimits, { helm: 300, helmPull: 300 });
      const { input, message } = problemOf(() => uses[command]?.(folder));
      assert.equal(input, asked[command]);
      assert.match(message, new RegExp(`helm ${command} did not finish within 0\\.3 s and was stopped`));
      assert.match(message, ways[command]);
    });
  }
});

test("the words of a Helm that fails are kept, whatever it is given and wherever it prints them", () => {
  const input = "x".repeat(10_000_000);
  for (const [script, words] of [
    ['echo "Error: first" >&2; echo "second" >&2; exit 1', "first\nsecond"],
    ['echo "Error: on standard output"; exit 1', "on standard output"],
    ["exit 7", "it exited with status 7 and printed nothing"],
    ['echo "out of memory" >&2; kill -KILL $$', "it was killed by SIGKILL: out of memory"],
  ] as const) {
    withHelm(telling("v4.3.1", script), () => {
      for (const options of [{}, { input }]) assert.throws(() => helm(["template"], options), new HelmError(words));
    });
  }
});

test("the project's tools and its errors ask for the same Helm", () => {
  assert.equal(tools.helm.onPath.minimum, minimumHelm);
});

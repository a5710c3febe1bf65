import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "node:test";
import { pluginFolder, withoutPlugin } from "../../commands/plugins.ts";
import { root } from "../../commands/stack.ts";
import { plan } from "../../components/plan.ts";
import { chart, chartArgs } from "../fixtures/charts.ts";
import { devStack } from "../fixtures/devStack.ts";

const skip = pluginFolder("language-nodejs") === undefined && withoutPlugin("language-nodejs");

test(
  "the CLI runs the repository as it stands: preview, up, the manifest as a stack output, destroy",
  { skip, timeout: 200_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "cli-"));
    try {
      const { stdout: files } = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
        cwd: root,
        encoding: "utf8",
      });
      const clone = join(folder, "clone");
      for (const file of files.split("\0").filter((name) => name !== "")) {
        mkdirSync(dirname(join(clone, file)), { recursive: true });
        cpSync(join(root, file), join(clone, file));
      }
      symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
      mkdirSync(join(folder, "state"));
      const env = {
        ...process.env,
        PULUMI_HOME: join(folder, "home"),
        PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
        PULUMI_CONFIG_PASSPHRASE: "",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      };
      const pulumi = (...args: readonly string[]) => {
        const { status, stdout, stderr } = spawnSync("pulumi", ["--non-interactive", "--color", "never", ...args], {
          cwd: clone,
          env,
          encoding: "utf8",
          maxBuffer: 2 ** 30,
        });
        assert.equal(status, 0, `${stdout}${stderr}`);
        return stdout;
      };
      pulumi("stack", "select", "dev", "--create");
      pulumi("config", "set", "--path", "chart.path", chart().path);
      assert.match(pulumi("preview"), /\+ +talos-cilium-cni:index:TalosCiliumCni cilium create/);
      assert.match(pulumi("up", "--yes", "--skip-preview"), /\+ 2 created/);
      assert.equal(
        pulumi("stack", "output", "manifest").trimEnd(),
        plan({ ...devStack, ...chartArgs() }).manifest.yaml.trimEnd(),
      );
      assert.match(pulumi("preview"), /2 unchanged/);
      assert.match(pulumi("destroy", "--yes", "--skip-preview"), /- 2 deleted/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

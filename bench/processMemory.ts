import { readdirSync, readFileSync } from "node:fs";
import { setInterval } from "node:timers/promises";

/**
 * Watches the memory of all processes that this one has started, and of theirs, until `work` is done. Returns the most that they had at one time, in
 * megabytes. Undefined where there is no /proc. Watching takes time, so what is watched must not be timed.
 */
export async function peakMemory(work: () => Promise<unknown>): Promise<number | undefined> {
  const stop = new AbortController();
  let peak = 0;
  const watching = (async () => {
    try {
      for await (const _ of setInterval(10, undefined, { signal: stop.signal })) {
        peak = Math.max(
          peak,
          childrenOf("self").reduce((sum, pid) => sum + memoryOfTree(pid), 0),
        );
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
  })();
  try {
    await work();
  } finally {
    stop.abort();
    await watching;
  }
  return peak === 0 ? undefined : peak;
}

function memoryOfTree(pid: string): number {
  // The second number is the resident memory in pages of 4 KB.
  const [, pages = "0"] = read(pid, "statm").split(" ");
  return (Number(pages) * 4) / 1024 + childrenOf(pid).reduce((sum, child) => sum + memoryOfTree(child), 0);
}

/** The processes that any thread of a process has started. */
function childrenOf(pid: string): readonly string[] {
  return attempt(() => readdirSync(`/proc/${pid}/task`), []).flatMap((thread) =>
    read(pid, `task/${thread}/children`).split(" ").filter(Boolean),
  );
}

function read(pid: string, file: string): string {
  return attempt(() => readFileSync(`/proc/${pid}/${file}`, "utf8"), "");
}

/** A process may end at any time. */
function attempt<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

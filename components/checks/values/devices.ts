import {
  deviceEntries,
  type DeviceEntry,
  knowsExclusions,
  managedNames,
  matchesAlternativeNames,
  namesOfEntry,
} from "../../cilium/devices.ts";
import { originOf } from "../../cilium/valueOrigins.ts";
import { type HelmValues, isOn, valueAt } from "../../helm/values.ts";
import { findName, namesOf } from "../../inputs/interfaceNames.ts";
import { type Problem, problem, quote } from "../../support/problems.ts";
import { minorOf } from "../../versions/supported.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

const source = "https://github.com/cilium/cilium/blob/v1.20.0/pkg/datapath/tables/device.go";
const selection = "https://github.com/cilium/cilium/blob/v1.20.0/pkg/datapath/linux/devices_controller.go";

type Subject = ValuesSubject<"ciliumVersion">;

export const deviceChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "a device that is written as a pattern",
      why: "The agent compares names. Only a plus sign at the end stands for any rest, so it would manage no device by this entry.",
      source,
      needs: ["ciliumVersion"],
      run: (subject) =>
        entriesOf(subject)
          .filter(isPattern)
          .map((entry) =>
            entryProblem(subject, entry, `is compared as a name, and no interface has it; write ${plainEntries(subject, entry)}`),
          ),
    }),
    valuesCheck({
      title: "a device that no interface can be",
      why: "The agent would manage no device by this entry. Linux allows 15 bytes, without blanks, colons and slashes.",
      source: "https://github.com/torvalds/linux/blob/v6.12/net/core/dev.c",
      needs: ["ciliumVersion"],
      run: (subject) =>
        entriesOf(subject)
          .filter((entry) => !isPattern(entry))
          .flatMap((entry) => {
            const obstacle = nameObstacle(entry, subject.settings.ciliumVersion);
            return obstacle === undefined ? [] : [entryProblem(subject, entry, obstacle)];
          }),
    }),
    valuesCheck({
      title: "devices that are only exclusions",
      why: "An exclusion selects nothing. A device that no entry matches is only managed with forceDeviceDetection.",
      source: selection,
      needs: ["ciliumVersion"],
      run: ({ settings, values }) => {
        const entries = deviceEntries(values, settings.ciliumVersion);
        if (!onlyExcludes(values, entries)) return [];
        const detection = knowsExclusions(settings.ciliumVersion) ? ", or set values.forceDeviceDetection to true" : "";
        return [
          problem(
            originOf(settings, "devices"),
            `leaves no device to Cilium, because ${listed(settings, entries)} only excludes; add the devices that it shall manage, such as enp+${detection}`,
          ),
        ];
      },
    }),
  ],
  warnings: [
    valuesCheck({
      title: "an exclusion of devices that excludes nothing",
      why: "Up to 1.18 an exclamation mark is part of the name. Later the first entry that matches a device decides.",
      source,
      needs: ["ciliumVersion"],
      run: (subject) =>
        entriesOf(subject)
          .filter((entry) => entry.text.startsWith("!") && isName(entry, subject.settings.ciliumVersion))
          .flatMap((entry) => uselessExclusion(subject, entry)),
    }),
    valuesCheck({
      title: "devices that Cilium creates itself",
      why: "A device that an entry matches is managed without further tests, so the agent would take devices of pods for devices of the LAN.",
      source: selection,
      needs: ["ciliumVersion"],
      run: (subject) => {
        const { settings, values } = subject;
        const entries = entriesOf(subject);
        if (entries.length === 0) return [];
        const managed = managedNames(values, settings.ciliumVersion);
        const own = namesOf("(?:cilium_|lxc).+");
        const { name } = findName([own, ...managed.sets], ([isOwn = false, ...matches]) => isOwn && managed.accepts(matches));
        if (name === undefined) return [];
        const entry = entries.find((each) => findName([own, namesOfEntry(each)], (both) => both.every(Boolean)).name);
        return [
          entryProblem(
            subject,
            entry,
            "matches cilium_host or the devices of pods (lxc), which Cilium creates itself; name the devices of the LAN, such as enp+",
          ),
        ];
      },
    }),
  ],
};

function entriesOf({ settings, values }: Subject): readonly DeviceEntry[] {
  return deviceEntries(values, settings.ciliumVersion);
}

function entryProblem({ settings }: Subject, entry: DeviceEntry | undefined, message: string): Problem {
  const subject = isSecret(settings) || entry === undefined ? "one of the devices" : quote(entry.text);
  return problem(originOf(settings, "devices"), `${subject} ${message}`);
}

/** Whether messages must not quote the value. Its parts are too short to be recognized as excerpts of a secret. */
function isSecret({ secretValues }: Subject["settings"]): boolean {
  return valueAt(secretValues, "devices") !== undefined;
}

/** The entries, for a message. */
export function listed(settings: Subject["settings"], entries: readonly DeviceEntry[]): string {
  return isSecret(settings) ? "[secret]" : entries.map(({ text }) => text).join(", ");
}

/** Whether the entries can select devices: each is a name or the beginning of one, and not all exclude. Otherwise a check here reports it. */
export function selectsByNames(values: HelmValues, ciliumVersion: string): boolean {
  const entries = deviceEntries(values, ciliumVersion);
  return entries.every((entry) => isName(entry, ciliumVersion)) && !onlyExcludes(values, entries);
}

function isName(entry: DeviceEntry, ciliumVersion: string): boolean {
  return !isPattern(entry) && nameObstacle(entry, ciliumVersion) === undefined;
}

function onlyExcludes(values: HelmValues, entries: readonly DeviceEntry[]): boolean {
  return entries.length > 0 && entries.every(({ text }) => text.startsWith("!")) && !isOn(values, "forceDeviceDetection");
}

/** Linux allows these characters, but only regular expressions and shell patterns have them. */
const patternCharacters = /[\\^$*?|()[\]{}+]/;

function isPattern({ name, isWildcard }: DeviceEntry): boolean {
  // `enp.+` would be all VLANs of an interface `enp`. Linux gives every name a number.
  return patternCharacters.test(name) || (isWildcard && /^(?:eth|en[a-z]?|wl[a-z]*)\.$/.test(name));
}

/** What to write instead of a pattern. */
function plainEntries({ settings }: Subject, { name, excludes }: DeviceEntry): string {
  const [, stem = ""] = /^\^?\(?([\w-]+)/.exec(name) ?? [];
  if (isSecret(settings) || stem === "" || name.includes("|") || /^l(?:o|x|xc)?$|^c/.test(stem))
    return "a name such as enp3s0, or enp+ for all names that begin with enp";
  const sign = excludes ? "!" : "";
  const isName = name.replaceAll(/[\^$]/g, "") === stem;
  return isName ? `${sign}${stem}` : `${sign}${stem}+ for all names that begin with ${stem}`;
}

/** Why no interface has the name of an entry. */
function nameObstacle({ text, name }: DeviceEntry, ciliumVersion: string): string | undefined {
  if (/\s/.test(text)) {
    return `is one name with a blank, because the agent splits at commas if there is one; separate the devices by ${quote(",")} alone`;
  }
  if (/[/:;"'`]/.test(name))
    return "is not the name of an interface; write a name such as enp3s0, and separate several by commas";
  // An alternative name may be longer.
  const longest = matchesAlternativeNames(ciliumVersion) ? 127 : 15;
  if (Buffer.byteLength(name) <= longest) return undefined;
  return `is longer than the name of an interface can be (${longest} bytes); write the name that \`talosctl get links\` shows`;
}

function uselessExclusion(subject: Subject, entry: DeviceEntry): readonly Problem[] {
  const { settings, values } = subject;
  const { ciliumVersion } = settings;
  // Read as the user means it, whether the release knows exclusions or not.
  const excluded = { ...entry, name: entry.name.replace(/^!/, "") };
  const managed = managedNames(values, ciliumVersion);
  const search = findName(
    [namesOfEntry(excluded), ...managed.sets],
    ([isExcluded = false, ...matches]) => isExcluded && !managed.accepts(matches),
  );
  if (search.name !== undefined || !search.complete) return [];
  if (!knowsExclusions(ciliumVersion)) {
    const reason = `Cilium ${minorOf(ciliumVersion)} has no exclusions`;
    return [
      entryProblem(
        subject,
        entry,
        `excludes nothing, because ${reason}; list the devices that it shall manage, or use Cilium 1.19`,
      ),
    ];
  }
  return [
    entryProblem(subject, entry, "excludes nothing, because the first entry that matches decides; write it before the others"),
  ];
}

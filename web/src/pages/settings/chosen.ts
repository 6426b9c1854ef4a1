// Which settings are shown. Pure.
import type { Section, Setting } from "./types";

export function isChanged(setting: Setting): boolean {
  return setting.source !== "default";
}

/** Sections with what was asked for; in each what was changed comes first. Sections without any are left out. */
export function chosen(sections: readonly Section[], text: string, isOnlyChanged: boolean): Section[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  return sections
    .map((section) => ({
      ...section,
      settings: section.settings
        .filter((each) => (!isOnlyChanged || isChanged(each)) && matches(each, wanted))
        .sort((one, other) => Number(isChanged(other)) - Number(isChanged(one))),
    }))
    .filter((section) => section.settings.length > 0);
}

function matches(setting: Setting, wanted: readonly string[]): boolean {
  const text = `${setting.key} ${setting.is_secret ? "" : setting.value} ${setting.source} ${setting.help ?? ""}`.toLowerCase();
  return wanted.every((word) => text.includes(word));
}

/** A value in force as words: limits may be nested, off, or lists. */
export function said(value: unknown): string {
  if (value === null || value === undefined) return "off";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (Array.isArray(value)) return value.map(said).join(", ") || "none";
  if (typeof value === "object") return Object.entries(value).map(([name, each]) => `${name.replaceAll("_", " ")} ${said(each)}`).join(", ") || "none";
  return String(value);
}

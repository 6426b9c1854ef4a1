// Under what licences the packages stand that are in the built pages: the build fails for one that is not allowed, and
// writes the texts of all into licences.txt, as most of them ask for.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Licences that ask for no more than to be named. */
export const ALLOWED: ReadonlySet<string> = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"]);

export interface Package {
  name: string;
  version: string;
  licence: string;
  text: string;
}

/** The folder of the package a module is of; null for one of ours, and for what a bundler makes up. */
export function folderOf(module: string): string | null {
  const found = /^(?:\0)?(.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\?]+)/.exec(module);
  return found?.[1] ?? null;
}

/** Whether a licence is allowed: of a choice one must be, of a sum all. */
export function isAllowed(licence: string): boolean {
  const plain = licence.replace(/[()]/g, " ").trim();
  return plain.split(/\s+OR\s+/).some((choice) => choice.split(/\s+AND\s+/).every((each) => ALLOWED.has(each.trim())));
}

/** What a package says of itself. */
export function packageIn(folder: string): Package {
  const said = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name: string; version: string; license?: string };
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
  return {
    name: said.name,
    version: said.version,
    licence: said.license ?? "none",
    text: files.sort().map((name) => readFileSync(join(folder, name), "utf8").trim()).join("\n\n"),
  };
}

/** The packages that modules are of, by name; an error where one may not be shipped. */
export function packagesOf(modules: Iterable<string>): Package[] {
  const folders = new Set([...modules].map(folderOf).filter((folder) => folder !== null));
  const found = [...folders].filter((folder) => existsSync(join(folder, "package.json"))).map(packageIn);
  const refused = found.filter((each) => !isAllowed(each.licence));
  if (refused.length > 0) {
    const names = refused.map((each) => `${each.name} (${each.licence})`).join(", ");
    throw new Error(`licences that are not allowed in the pages: ${names}; scripts/licences.ts says which are`);
  }
  return found.sort((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
}

/** All of it as text. */
export function licencesText(packages: readonly Package[]): string {
  const parts = packages.map((each) => `${each.name} ${each.version}, ${each.licence}\n\n${each.text || "(it ships no text of its licence)"}`);
  return `What the pages of edgeproof are made with, and under what licences.\n\n${parts.join("\n\n----\n\n")}\n`;
}

import { expect, test } from "vitest";
import { folderOf, isAllowed, licencesText, packagesOf } from "./licences.ts";

test("a module belongs to the innermost package", () => {
  expect(folderOf("/w/node_modules/react/index.js")).toBe("/w/node_modules/react");
  expect(folderOf("/w/node_modules/@mantine/core/esm/a.mjs?used")).toBe("/w/node_modules/@mantine/core");
  expect(folderOf("/w/node_modules/a/node_modules/b/c.js")).toBe("/w/node_modules/a/node_modules/b");
  expect(folderOf("\0/w/node_modules/react/index.js?commonjs-proxy")).toBe("/w/node_modules/react");
  expect(folderOf("/w/src/main.tsx")).toBeNull();
  expect(folderOf("\0vite/preload-helper.js")).toBeNull();
});

test("of a choice one licence must be allowed, of a sum all", () => {
  expect(isAllowed("MIT")).toBe(true);
  expect(isAllowed("(MIT OR GPL-3.0-only)")).toBe(true);
  expect(isAllowed("MIT AND GPL-3.0-only")).toBe(false);
  expect(isAllowed("GPL-3.0-only")).toBe(false);
  expect(isAllowed("none")).toBe(false);
});

test("packages are named once, with their texts", () => {
  const react = new URL("../node_modules/react/", import.meta.url).pathname;
  const found = packagesOf([`${react}index.js`, `${react}jsx-runtime.js`, "/src/main.tsx"]);
  expect(found.map((each) => each.name)).toEqual(["react"]);
  expect(licencesText(found)).toContain("Permission is hereby granted, free of charge");
});

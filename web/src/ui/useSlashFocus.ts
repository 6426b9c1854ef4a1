import { useHotkeys } from "@mantine/hooks";
import { useRef } from "react";

/** For the search of a page: `/` brings the cursor there. */
export function useSlashFocus() {
  const field = useRef<HTMLInputElement>(null);
  useHotkeys([["/", () => field.current?.focus()]]);
  return field;
}

/** The day of a time, as UTC has it: what history covers is not a matter of the viewer's zone. */
export function isoDay(at: string): string {
  return at.slice(0, 10);
}

/** A few names, and how many more there are. */
export function some(names: readonly string[], most = 4): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown || "nothing";
}

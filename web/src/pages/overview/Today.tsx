// What became of today's signals: from those that fired to those that were traded, and which rules stood in between.
import { Text } from "@mantine/core";
import { Link } from "react-router";
import type { Overview } from "../../api/types";
import { count, words } from "../../ui/format";
import { Panel } from "../../ui/parts";

export function FunnelPanel({ funnel, hasTrading }: { funnel: Overview["funnel"]; hasTrading: boolean }) {
  const told = funnel.fates["told"] ?? 0;
  const steps = [
    { name: "fired", of: funnel.fired, to: "/signals" },
    { name: "told", of: told, to: "/signals?fate=told" },
    ...(hasTrading ? [{ name: "taken", of: funnel.traded["taken"] ?? 0, to: "/signals?traded=taken" }] : []),
  ];
  const lost = [
    ...others("", funnel.fates, ["told", "vetoed"]),
    ...others("vetoed by ", funnel.vetoed_by, []),
    ...others("", funnel.traded, ["taken", "denied"]),
    ...others("denied by ", funnel.denied_by, []),
  ];
  return (
    <Panel title="Signals today" aside={<Text size="xs" c="dimmed" component="span">{funnel.day} UTC</Text>}>
      <ol className="funnel">
        {steps.map((step) => (
          <li key={step.name}>
            <Link to={step.to} className="funnel-step">
              <span className="figure">{count(step.of)}</span>
              <span className="muted">{step.name}</span>
            </Link>
            <div className="bar" aria-hidden><div className="bar-used well" style={{ width: `${funnel.fired ? (step.of / funnel.fired) * 100 : 0}%` }} /></div>
          </li>
        ))}
      </ol>
      {lost.length > 0 && (
        <ul className="plain-list">
          {lost.map(([name, times]) => (
            <li key={name} className="between"><span className="muted">{name}</span><span>{count(times)}</span></li>
          ))}
        </ul>
      )}
      {!funnel.is_whole && <Text size="xs" className="warned" mt={6}>More have fired than are counted: these are the newest 20,000 of the day.</Text>}
      {funnel.fired === 0 && <Text size="xs" c="dimmed" mt={6}>None has fired on this day yet.</Text>}
    </Panel>
  );
}

function others(before: string, counts: Record<string, number>, but: readonly string[]): [string, number][] {
  return Object.entries(counts)
    .filter(([name, times]) => times > 0 && !but.includes(name))
    .sort((one, other) => other[1] - one[1])
    .map(([name, times]) => [before + words(name), times]);
}

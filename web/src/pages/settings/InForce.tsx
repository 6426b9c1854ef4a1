import { Alert, Badge, List, Switch, Text, TextInput, Title } from "@mantine/core";
import { useMemo, useState } from "react";
import { words } from "../../ui/format";
import { Empty, Facts, Panel } from "../../ui/parts";
import { useSlashFocus } from "../../ui/useSlashFocus";
import { chosen, isChanged, said } from "./chosen";
import type { Setting, Settings } from "./types";

/** Every setting with where its value comes from, and what the running session goes by. */
export function InForce({ settings }: { settings: Settings }) {
  const [text, setText] = useState("");
  const [isOnlyChanged, setIsOnlyChanged] = useState(false);
  const search = useSlashFocus();
  const shown = useMemo(() => chosen(settings.sections, text, isOnlyChanged), [settings, text, isOnlyChanged]);
  const limits = Object.entries(settings.limits_in_force ?? {});
  return (
    <Panel title="In force" aside={<Switch label="Changed only" checked={isOnlyChanged} onChange={(event) => setIsOnlyChanged(event.currentTarget.checked)} />}>
      <Text size="sm" c="dimmed" mb="sm" className="wraps">
        {settings.exists ? "Read from " : "All defaults: there is no file "}
        <code>{settings.file}</code>
        {settings.exists ? ". A session goes by what it read when it began." : ". Whoever wants to change something writes one."}
      </Text>
      {settings.differs.length > 0 && (
        <Alert color="yellow" title="The running session goes by other values" role="status" mb="sm">
          <List size="sm">
            {settings.differs.map((each) => (
              <List.Item key={each}>{each}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {limits.length > 0 && (
        <details className="limits">
          <summary>Limits of the running session ({limits.length})</summary>
          <Facts facts={limits.map(([name, value]) => [words(name), said(value)] as const)} />
        </details>
      )}
      <TextInput ref={search} aria-label="Search the settings" placeholder="Search: a name, what it does   /" value={text} onChange={(event) => setText(event.currentTarget.value)} />
      {shown.length === 0 && (
        <Empty title="No such setting">
          {isOnlyChanged && text === "" ? "Every value is the default." : "Nothing has all of these words."}
        </Empty>
      )}
      {shown.map((section) => (
        <section key={section.name} aria-label={words(section.name)} className="setting-section">
          <Title order={3}>{words(section.name)}</Title>
          {section.settings.map((setting) => (
            <Row key={setting.key} setting={setting} />
          ))}
        </section>
      ))}
    </Panel>
  );
}

function Row({ setting }: { setting: Setting }) {
  const changed = isChanged(setting);
  return (
    <div className={`setting ${changed ? "changed" : ""}`}>
      <div className="setting-name">
        <code>{setting.key}</code>
        {setting.help && (
          <Text size="xs" c="dimmed">
            {setting.help}
          </Text>
        )}
      </div>
      <div className="setting-value wraps">
        <b>{setting.value || "–"}</b>
        {changed && !setting.is_secret && setting.default !== setting.value && (
          <Text size="xs" c="dimmed">
            default {setting.default || "–"}
          </Text>
        )}
      </div>
      <div className="setting-source">
        {changed ? (
          <Badge variant="light" size="sm" tt="none" className="source">
            {setting.source}
          </Badge>
        ) : (
          <Text size="xs" c="dimmed">
            default
          </Text>
        )}
      </div>
    </div>
  );
}

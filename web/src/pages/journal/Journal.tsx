import { Button, Group, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { IconArrowUp, IconDownload } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { count, words } from "../../ui/format";
import { Empty, Failure, Waiting } from "../../ui/parts";
import { useSlashFocus } from "../../ui/useSlashFocus";
import { RecordList } from "./RecordList";
import { askedIn, exportLink, type Asked } from "./records";
import { useRecords } from "./useRecords";
import "./journal.css";

/** Everything that was written down, to be searched and taken away. */
export default function Journal() {
  const [address, setAddress] = useSearchParams();
  const asked = askedIn(address);
  const { found, records, kinds, fresh, forget } = useRecords(asked);
  const queries = useQueryClient();
  const isAsking = Object.values(asked).some(Boolean);
  const change = (part: Partial<Asked>) =>
    setAddress(Object.fromEntries(Object.entries({ ...asked, ...part }).filter(([, value]) => value)), { replace: true });
  const showFresh = () => {
    forget();
    void queries.resetQueries({ queryKey: ["journal"] });
    window.scrollTo({ top: 0 });
  };
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Title order={1}>Journal</Title>
        <Group gap="xs">
          {(["csv", "jsonl"] as const).map((format) => (
            <Button
              key={format}
              component="a"
              href={exportLink(asked, format)}
              download
              size="xs"
              variant="default"
              leftSection={<IconDownload size={14} aria-hidden />}
              title={isAsking ? "What matches the filters, all of it" : "The whole journal"}
            >
              {format.toUpperCase()}
            </Button>
          ))}
        </Group>
      </Group>
      <Filters asked={asked} kinds={kinds} change={change} />
      {fresh > 0 && (
        <Button size="compact-sm" radius="xl" className="fresh" leftSection={<IconArrowUp size={14} aria-hidden />} onClick={showFresh}>
          {count(fresh)} new
        </Button>
      )}
      <section className="panel" aria-label="Records" aria-busy={found.isFetching}>
        {found.error && records.length === 0 ? (
          <Failure error={found.error} retry={() => void found.refetch()} />
        ) : found.isPending ? (
          <Waiting lines={12} />
        ) : records.length === 0 && found.hasNextPage ? (
          <Further of={found} />
        ) : records.length === 0 ? (
          isAsking ? (
            <Empty title="Nothing matches">
              <Text size="sm">No record has all of what was asked for.</Text>
              <Button size="xs" variant="default" mt="sm" onClick={() => setAddress({})}>
                Show everything
              </Button>
            </Empty>
          ) : (
            <Empty title="Nothing is written down yet">
              A session writes here all it sees, decides and does: <code>edgeproof paper</code> begins one.
            </Empty>
          )
        ) : (
          <RecordList key={JSON.stringify(asked)} records={records} more={found} />
        )}
      </section>
    </Stack>
  );
}

/** Nothing yet among the newest: the journal is looked through further back, part by part. */
function Further({ of }: { of: ReturnType<typeof useRecords>["found"] }) {
  const { fetchNextPage, isFetchingNextPage, isFetchNextPageError } = of;
  useEffect(() => {
    if (!isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage, isFetchNextPageError]);
  if (isFetchNextPageError) return <Failure error={of.error} retry={() => void fetchNextPage()} />;
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm" role="status">
        Nothing among the newest: looking further back …
      </Text>
      <Waiting lines={6} />
    </>
  );
}

function Filters({ asked, kinds, change }: { asked: Asked; kinds: Record<string, number>; change: (part: Partial<Asked>) => void }) {
  const search = useSlashFocus();
  const names = new Set([...Object.keys(kinds), ...(asked.kind ? [asked.kind] : [])]);
  return (
    <div className="panel journal-filters">
      <Typed fieldRef={search} label="Search" placeholder="words, an id …   /" value={asked.text} change={(text) => change({ text })} />
      <Select
        label="Kind"
        placeholder="any"
        data={[...names].sort().map((kind) => ({ value: kind, label: kinds[kind] ? `${words(kind)} (${count(kinds[kind])})` : words(kind) }))}
        value={asked.kind || null}
        onChange={(kind) => change({ kind: kind ?? "" })}
        clearable
        clearButtonProps={{ "aria-label": "Any kind" }}
        searchable
      />
      <Typed label="Instrument" placeholder="BTC/USD:USD" value={asked.symbol} change={(symbol) => change({ symbol })} />
      <TextInput label="From" type="datetime-local" value={asked.start} onChange={(event) => change({ start: event.currentTarget.value })} />
      <TextInput label="Until" type="datetime-local" value={asked.end} onChange={(event) => change({ end: event.currentTarget.value })} />
    </div>
  );
}

interface TypedOf {
  label: string;
  placeholder: string;
  value: string;
  change: (value: string) => void;
  fieldRef?: React.Ref<HTMLInputElement>;
}

/** Asked once typing rests, not at each letter. */
function Typed({ label, placeholder, value, change, fieldRef }: TypedOf) {
  const [text, setText] = useState(value);
  const later = useDebouncedCallback(change, 300);
  useEffect(() => setText(value), [value]);
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
      value={text}
      ref={fieldRef ?? null}
      onChange={(event) => {
        setText(event.currentTarget.value);
        later(event.currentTarget.value);
      }}
    />
  );
}

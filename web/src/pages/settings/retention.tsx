/** How long runs, figures and cached results are kept, and how much room there is. */
import { useQuery } from "@tanstack/react-query";

import type { DatabaseState, SettingsInForce } from "@/api/answers";
import { settingsInForce, systemNow } from "@/api/settings";
import { UNKNOWN, bytes, duration, percent } from "@/logic/format";
import { numberOf, usedShare, settingText } from "@/logic/settings";
import { instant } from "@/logic/time";
import { strings } from "@/strings";
import { ShareBar, Tag } from "@/ui/marks";
import { Columns } from "@/ui/page";
import { Panel } from "@/ui/panel";
import { Shown } from "@/ui/states";
import { Table } from "@/ui/table";

import { Facts } from "./facts";

const words = strings.settings.retention;
const HOUR_S = 3600;

export function Retention() {
  const settings = useQuery(settingsInForce());
  const system = useQuery(systemNow());
  return (
    <Columns>
      <Panel title={words.title} hint={words.hint}>
        <Shown query={settings}>{(set) => <Kept set={set} horizon={system.data?.raw_horizon} />}</Shown>
      </Panel>
      <Panel title={words.disk} hint={words.diskHint}>
        <Shown query={system}>{({ database }) => <Disk database={database} />}</Shown>
      </Panel>
      <Panel title={words.ttls} hint={words.ttlsHint} flush>
        <Shown query={settings} height={260}>
          {(set) => <Ttls set={set} />}
        </Shown>
      </Panel>
      <Panel title={words.cache}>
        <Shown query={settings}>{(set) => <Cache set={set} />}</Shown>
      </Panel>
    </Columns>
  );
}

function Kept({ set, horizon }: { set: SettingsInForce; horizon: string | null | undefined }) {
  const days = (name: string) => words.days(numberOf(set.items, name) ?? 0);
  return (
    <Facts
      label={words.title}
      facts={[
        {
          name: words.raw,
          value: days("retention_raw_days"),
          from: words.setBy("LONGPOLE_RETENTION_RAW_DAYS"),
        },
        {
          name: words.hourly,
          value: days("retention_hourly_days"),
          from: words.setBy("LONGPOLE_RETENTION_HOURLY_DAYS"),
        },
        { name: words.daily, value: words.forEver },
        { name: words.horizon, value: horizon ? instant(horizon) : UNKNOWN },
      ]}
    />
  );
}

function Disk({ database }: { database: DatabaseState }) {
  const share = usedShare(database.used_bytes, database.budget_bytes);
  return (
    <>
      <Facts
        label={words.disk}
        facts={[
          { name: words.used, value: bytes(database.used_bytes) },
          {
            name: words.budget,
            value: database.budget_bytes === null ? words.noBudget : bytes(database.budget_bytes),
            from: words.setBy("LONGPOLE_DISK_BUDGET"),
          },
          { name: words.reusable, value: bytes(database.reusable_bytes) },
          { name: words.log, value: bytes(database.log_bytes) },
        ]}
      />
      {share !== null && (
        <div role="img" aria-label={words.share(percent(share))}>
          <ShareBar ratio={share} tone={share > 0.9 ? "critical" : "work"} />
        </div>
      )}
    </>
  );
}

function Ttls({ set }: { set: SettingsInForce }) {
  return (
    <Table
      label={words.ttls}
      rows={set.cache_ttls}
      keyOf={(row) => row.node_type}
      columns={[
        { id: "type", title: words.type, cell: (row) => <code>{row.node_type}</code> },
        { id: "hours", title: words.hours, cell: (row) => duration(row.hours * HOUR_S), end: true },
        {
          id: "from",
          title: words.from,
          cell: (row) =>
            row.is_set ? <Tag>{words.bySetting}</Tag> : <span className="lp-dim">{words.builtIn}</span>,
        },
      ]}
    />
  );
}

function Cache({ set }: { set: SettingsInForce }) {
  const shown = (name: string) => settingText(set.items, name);
  const mode = shown("cache_mode");
  const modes: Readonly<Record<string, string>> = words.modes;
  return (
    <Facts
      label={words.cache}
      facts={[
        { name: words.mode, value: modes[mode] ?? mode },
        { name: words.most, value: shown("cache_max_size"), from: words.setBy("LONGPOLE_CACHE_MAX_SIZE") },
        { name: words.memory, value: shown("cache_memory"), from: words.setBy("LONGPOLE_CACHE_MEMORY") },
        { name: words.entry, value: shown("cache_max_entry"), from: words.setBy("LONGPOLE_CACHE_MAX_ENTRY") },
        { name: words.backend, value: shown("cache_backend"), from: words.setBy("LONGPOLE_CACHE_BACKEND") },
      ]}
    />
  );
}

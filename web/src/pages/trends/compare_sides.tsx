/** Which runs each side has: versions, times and filters; and common questions, asked with one click. */
import { Button, Menu } from "@mantine/core";
import { IconArrowsExchange, IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import type { ComparisonAnswer } from "@/api/answers";
import type { Workflow } from "@/api/queries";
import { degradations, versions } from "@/api/workflow";
import { aroundChange, inAddress, sideOf, swapped, type InAddress } from "@/logic/compare_sides";
import { moment } from "@/logic/time";
import { strings } from "@/strings";
import { Panel } from "@/ui/panel";
import { useDays } from "@/ui/period";

import { useAsk, useAsked } from "./address";
import { SideCard } from "./compare_side";
import { Options } from "./compare_options";
import classes from "./compare.module.css";
import { useNow } from "./now";

const words = strings.trends.compare.sides;
/** Versions are offered that ran in the last months, whatever time is compared. */
const DAYS_OF_VERSIONS = 90;
const MOST_CHANGES = 8;

export function SidesPanel({ of, found }: { of: Workflow; found: ComparisonAnswer | undefined }) {
  const address = useAsked();
  const ask = useAsk();
  const days = useDays();
  const now = useNow();
  const names = (useQuery(versions(of, DAYS_OF_VERSIONS)).data?.items ?? []).flatMap(({ version }) =>
    version === null ? [] : [version],
  );
  const [a, b] = [sideOf(address, "a"), sideOf(address, "b")];
  return (
    <Panel title={words.title} hint={words.hint} actions={<Presets of={of} names={names} />}>
      <div className={classes.sides}>
        <SideCard which="a" side={a} other={b} versions={names} found={found?.a} />
        <Button
          size="xs"
          variant="default"
          aria-label={words.swap}
          title={words.swap}
          className={classes.swap}
          onClick={() => {
            ask(swapped(a, b, days, now), true);
          }}
        >
          <IconArrowsExchange size={16} aria-hidden="true" />
        </Button>
        <SideCard which="b" side={b} other={a} versions={names} found={found?.b} />
      </div>
      <Options />
    </Panel>
  );
}

function Presets({ of, names }: { of: Workflow; names: readonly string[] }) {
  const ask = useAsk();
  const days = useDays();
  const now = useNow();
  const changes = (useQuery(degradations(of)).data?.items ?? []).slice(0, MOST_CHANGES);
  const [newer, older] = names;
  const set = (sides: InAddress) => {
    ask({ ...inAddress("a", {}), ...inAddress("b", {}), ...sides }, true);
  };
  return (
    <>
      <Button
        size="xs"
        variant="default"
        onClick={() => {
          set({});
        }}
      >
        {words.lastWeeks(days)}
      </Button>
      {newer !== undefined && older !== undefined && (
        <Button
          size="xs"
          variant="default"
          maw={260}
          onClick={() => {
            set({ a_version: older, b_version: newer });
          }}
        >
          {words.newest(newer, older)}
        </Button>
      )}
      {changes.length > 0 && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button
              size="xs"
              variant="default"
              rightSection={<IconChevronDown size={14} aria-hidden="true" />}
            >
              {words.changes}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {changes.map((event) => (
              <Menu.Item
                key={event.id}
                onClick={() => {
                  set(aroundChange(event, now));
                }}
              >
                {words.change(strings.trends.changes.metric[event.metric], moment(event.started_at))}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}

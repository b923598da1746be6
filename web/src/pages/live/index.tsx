/** Runs as they happen: what runs now, what just ended and how, and what takes longer than usual. */
import { Button } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { Link, useSearch } from "@tanstack/react-router";

import type { Connected } from "@/api/live";
import type { LiveAction, LiveList } from "@/logic/live";
import { strings } from "@/strings";
import { Page } from "@/ui/page";
import { Empty, Loading } from "@/ui/states";

import { Filters } from "./filters";
import classes from "./live.module.css";
import { Minutes } from "./minutes";
import { Runs } from "./runs";
import { search } from "./search";
import { useLive } from "./use_live";

const words = strings.live;

export default function Live() {
  const { app, workflow } = search(useSearch({ strict: false }));
  const { list, act, connected } = useLive({ app_id: app, workflow_id: workflow });
  return (
    <Page
      title={words.title}
      beside={<State connected={connected} isHeld={list.held !== null} />}
      actions={
        <>
          <Filters app={app} workflow={workflow} />
          <Hold list={list} act={act} />
        </>
      }
    >
      {!list.isBegun ? (
        <Loading height={420} />
      ) : list.runs.length === 0 && list.held === null ? (
        <Nothing isScoped={app !== undefined} />
      ) : (
        <Happening list={list} />
      )}
    </Page>
  );
}

function Happening({ list }: { list: LiveList }) {
  return (
    <>
      <Minutes runs={list.runs} />
      <Runs runs={list.held ?? list.runs} isHeld={list.held !== null} />
    </>
  );
}

/** How we are connected, in words. */
function State({ connected, isHeld }: { connected: Connected; isHeld: boolean }) {
  const state = connected === "live" && isHeld ? "paused" : connected;
  return (
    <span role="status" className={classes.state} data-state={state}>
      {words.state[state]}
    </span>
  );
}

function Hold({ list, act }: { list: LiveList; act: (action: LiveAction) => void }) {
  const isHeld = list.held !== null;
  return (
    <>
      {list.fresh > 0 && <span className={classes.fresh}>{words.fresh(list.fresh)}</span>}
      <Button
        size="xs"
        variant="default"
        leftSection={isHeld ? <IconPlayerPlay size={14} /> : <IconPlayerPause size={14} />}
        onClick={() => {
          act({ kind: isHeld ? "go on" : "hold" });
        }}
      >
        {isHeld ? words.resume : words.pause}
      </Button>
    </>
  );
}

function Nothing({ isScoped }: { isScoped: boolean }) {
  const said = words.empty;
  return (
    <Empty title={isScoped ? said.scoped : said.title}>
      <p>{isScoped ? said.scopedText : said.text}</p>
      {isScoped ? (
        <Link to="/live" search={{}}>
          {said.all}
        </Link>
      ) : (
        <Link to="/settings" search={{ tab: "connect" }}>
          {said.connect}
        </Link>
      )}
    </Empty>
  );
}

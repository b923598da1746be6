/** How to connect, what is kept for how long, what happens by itself, who is told of what. */
import { Link, useSearch } from "@tanstack/react-router";
import type { ComponentType } from "react";

import { strings } from "@/strings";
import { Page } from "@/ui/page";

import { About } from "./about";
import { Alerts } from "./alerts";
import { AllSettings } from "./all";
import { Connecting } from "./connecting";
import { Retention } from "./retention";
import { TABS, search, type Tab } from "./search";
import classes from "./settings.module.css";
import { Upkeep } from "./upkeep";

const words = strings.settings;

const PARTS: Readonly<Record<Tab, ComponentType>> = {
  connect: Connecting,
  retention: Retention,
  upkeep: Upkeep,
  alerts: Alerts,
  all: AllSettings,
  about: About,
};

export default function Settings() {
  const { tab = "connect" } = search(useSearch({ strict: false }));
  const Part = PARTS[tab];
  return (
    <Page title={words.title} tabs={<Tabs current={tab} />}>
      <Part />
    </Page>
  );
}

function Tabs({ current }: { current: Tab }) {
  return (
    <nav aria-label={words.tabs.label} className={classes.tabs}>
      {TABS.map((tab) => (
        <Link key={tab} to="/settings" search={{ tab }} aria-current={tab === current ? "page" : undefined}>
          {words.tabs[tab]}
        </Link>
      ))}
    </nav>
  );
}

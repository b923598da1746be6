/** How to connect, what is kept for how long, what happens by itself, who is told of what. */
import { Link, useSearch } from "@tanstack/react-router";
import type { ComponentType } from "react";

import { strings } from "@/strings";
import { Page } from "@/ui/page";
import { Tabs } from "@/ui/tabs";

import { About } from "./about";
import { Alerts } from "./alerts";
import { AllSettings } from "./all";
import { Connecting } from "./connecting";
import { Retention } from "./retention";
import { TABS, search, type Tab } from "./search";
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
    <Page title={words.title} tabs={<Parts current={tab} />}>
      <Part />
    </Page>
  );
}

function Parts({ current }: { current: Tab }) {
  return (
    <Tabs label={words.tabs.label}>
      {TABS.map((tab) => (
        <Link key={tab} to="/settings" search={{ tab }} aria-current={tab === current ? "page" : undefined}>
          {words.tabs[tab]}
        </Link>
      ))}
    </Tabs>
  );
}

/** What stands around every page: the way to the others, the colours, and whether the server is there. */
import { UnstyledButton, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import {
  IconBulb,
  IconLayoutDashboard,
  IconMoon,
  IconPlayerPlay,
  IconSettings,
  IconSun,
} from "@tabler/icons-react";
import { Link, Outlet } from "@tanstack/react-router";

import { strings } from "@/strings";

import { Connection } from "./connection";
import classes from "./shell.module.css";

const words = strings.common;
const PLACES = [
  { to: "/", name: words.nav.overview, Icon: IconLayoutDashboard },
  { to: "/advice", name: words.nav.advice, Icon: IconBulb },
  { to: "/live", name: words.nav.live, Icon: IconPlayerPlay },
  { to: "/settings", name: words.nav.settings, Icon: IconSettings },
] as const;

export function Shell() {
  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        {words.skip}
      </a>
      <aside className={classes.rail}>
        <Link to="/" className={classes.brand}>
          <Mark />
          <span>{words.product}</span>
        </Link>
        <nav aria-label={words.nav.label} className={classes.nav}>
          {PLACES.map(({ to, name, Icon }) => (
            <Link
              key={to}
              to={to}
              activeOptions={{ exact: to === "/", includeSearch: false }}
              activeProps={{ "aria-current": "page" }}
            >
              <Icon size={18} stroke={1.7} aria-hidden="true" />
              <span>{name}</span>
            </Link>
          ))}
        </nav>
        <SchemeSwitch />
      </aside>
      <main id="content" className={classes.main} tabIndex={-1}>
        <Connection />
        <Outlet />
      </main>
    </div>
  );
}

/** Three bars, one of them too long. */
function Mark() {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <rect x="2" y="4" width="8" height="4" rx="2" fill="var(--lp-work)" />
      <rect x="2" y="10" width="20" height="4" rx="2" fill="var(--lp-critical)" />
      <rect x="11" y="16" width="7" height="4" rx="2" fill="var(--lp-work)" />
    </svg>
  );
}

function SchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  const name = isDark ? words.scheme.toLight : words.scheme.toDark;
  return (
    <UnstyledButton
      className={classes.scheme}
      aria-label={name}
      onClick={() => {
        setColorScheme(isDark ? "light" : "dark");
      }}
    >
      {isDark ? <IconSun size={18} stroke={1.7} /> : <IconMoon size={18} stroke={1.7} />}
      <span>{name}</span>
    </UnstyledButton>
  );
}

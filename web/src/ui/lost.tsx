/** Pages for addresses that lead nowhere, and for our own mistakes. */
import { Link, type ErrorComponentProps } from "@tanstack/react-router";
import { useEffect } from "react";

import { get } from "@/api/client";
import { strings } from "@/strings";

import { Page } from "./page";
import { Empty, Failed } from "./states";

export function NotFound() {
  const words = strings.common.notFound;
  return (
    <Page title={words.title}>
      <Empty title={words.title}>
        <p>{words.text}</p>
        <Link to="/">{words.back}</Link>
      </Empty>
    </Page>
  );
}

const ASK_EVERY_MS = 2_000;
/** What browsers, and our own preloading, say of a part of the dashboard that they did not get. */
const NOT_GOT = /preload|dynamically imported|importing a module|module script/i;

export function Crashed({ error, reset }: ErrorComponentProps) {
  const words = strings.common.crashed;
  if (NOT_GOT.test(String(error))) return <NotLoaded />;
  return (
    <Page title={words.title}>
      <p>{words.text}</p>
      <Failed error={error instanceof Error ? error : new Error(String(error))} retry={reset} />
    </Page>
  );
}

/** The server was away when a part of the dashboard was needed: the address is loaded anew once it is back. */
function NotLoaded() {
  const words = strings.common.notLoaded;
  useEffect(() => {
    const timer = setInterval(() => {
      get("/health").then(
        () => {
          window.location.reload();
        },
        () => undefined, // not yet
      );
    }, ASK_EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return (
    <Page title={words.title}>
      <p role="status">{words.text}</p>
    </Page>
  );
}

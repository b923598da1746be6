/** Pages for addresses that lead nowhere, and for our own mistakes. */
import { Link, type ErrorComponentProps } from "@tanstack/react-router";

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

export function Crashed({ error, reset }: ErrorComponentProps) {
  const words = strings.common.crashed;
  return (
    <Page title={words.title}>
      <p>{words.text}</p>
      <Failed error={error instanceof Error ? error : new Error(String(error))} retry={reset} />
    </Page>
  );
}

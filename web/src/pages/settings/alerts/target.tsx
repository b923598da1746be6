/** Whom a rule tells, and which way. Secrets that are there are never shown; left empty they stay. */
import { PasswordInput, SegmentedControl, TextInput } from "@mantine/core";

import { CHANNELS } from "@/logic/alerts";
import { strings } from "@/strings";

import classes from "../settings.module.css";
import type { PartProps } from "./editor";

const { form: words, channels } = strings.settings.alerts;
const ORDER = ["label", "input", "description", "error"] as const;

export function TargetFields({ form, isNew, change, problem }: PartProps) {
  const set = (name: "url" | "secret" | "to", text: string) => {
    change({ target: { ...form.target, [name]: text } });
  };
  return (
    <>
      <SegmentedControl
        className={classes.whole ?? ""}
        aria-label={words.channel}
        data={CHANNELS.map((each) => ({ value: each, label: channels[each] }))}
        value={form.channel}
        onChange={(channel) => {
          change({ channel: channel });
        }}
      />
      {form.channel === "email" ? (
        <TextInput
          className={classes.whole ?? ""}
          label={words.to}
          description={words.toHint}
          inputWrapperOrder={[...ORDER]}
          value={form.target.to}
          error={problem("target.to")}
          onChange={(event) => {
            set("to", event.currentTarget.value);
          }}
        />
      ) : (
        <TextInput
          className={classes.whole ?? ""}
          label={words.url}
          description={isNew ? undefined : words.urlKept}
          inputWrapperOrder={[...ORDER]}
          value={form.target.url}
          error={problem("target.url")}
          onChange={(event) => {
            set("url", event.currentTarget.value);
          }}
        />
      )}
      {form.channel === "webhook" && (
        <PasswordInput
          className={classes.whole ?? ""}
          label={words.secret}
          description={isNew ? words.secretHint : words.secretKept}
          inputWrapperOrder={[...ORDER]}
          autoComplete="new-password"
          value={form.target.secret}
          error={problem("target.secret")}
          onChange={(event) => {
            set("secret", event.currentTarget.value);
          }}
        />
      )}
    </>
  );
}

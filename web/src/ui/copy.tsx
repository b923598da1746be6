/** Text to be taken along: commands, code, addresses. */
import { CopyButton, Tooltip, UnstyledButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";

import { strings } from "@/strings";

import classes from "./copy.module.css";

export function Copy({ text, label }: { text: string; label?: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? strings.common.copied : strings.common.copy}>
          <UnstyledButton className={classes.button} onClick={copy} aria-label={label ?? strings.common.copy}>
            {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
            <span role="status" className="lp-hidden">
              {copied ? strings.common.copied : ""}
            </span>
          </UnstyledButton>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** A block of code with a button to copy it. */
export function Code({ text, label }: { text: string; label: string }) {
  return (
    <div className={classes.block}>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard */}
      <pre tabIndex={0} role="region" aria-label={label}>
        <code>{text}</code>
      </pre>
      <Copy text={text} label={`${strings.common.copy}: ${label}`} />
    </div>
  );
}

/** What can be done with it: dismiss it with a reason, or say since when it is followed. */
import { Button } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { useRef, useState } from "react";

import type { RatedRecommendation } from "@/api/answers";
import { strings } from "@/strings";

import classes from "./detail.module.css";
import { DismissForm } from "./dismiss_form";
import { DoneForm } from "./done_form";

const words = strings.advice.actions;

interface ActionsProps {
  one: RatedRecommendation;
  onDismissed: () => void;
  onDone: () => void;
}

export function Actions({ one, onDismissed, onDone }: ActionsProps) {
  const [open, setOpen] = useState<"dismiss" | "done" | null>(null);
  const doneRef = useRef<HTMLButtonElement>(null);
  const dismissRef = useRef<HTMLButtonElement>(null);
  // Whoever closes it without doing anything is where they were before.
  const close = () => {
    setOpen(null);
    (open === "done" ? doneRef : dismissRef).current?.focus();
  };
  return (
    <div className={classes.actions}>
      <Button
        size="xs"
        variant={one.status === "active" ? "filled" : "default"}
        leftSection={<IconCheck size={15} aria-hidden="true" />}
        ref={doneRef}
        onClick={() => {
          setOpen("done");
        }}
      >
        {one.status === "implemented" ? words.since : words.done}
      </Button>
      {one.status !== "dismissed" && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconX size={15} aria-hidden="true" />}
          ref={dismissRef}
          onClick={() => {
            setOpen("dismiss");
          }}
        >
          {words.dismiss}
        </Button>
      )}
      {open === "dismiss" && (
        <DismissForm
          one={one}
          close={close}
          then={() => {
            setOpen(null);
            onDismissed();
          }}
        />
      )}
      {open === "done" && (
        <DoneForm
          one={one}
          close={close}
          then={() => {
            setOpen(null);
            onDone();
          }}
        />
      )}
    </div>
  );
}

/** Why it is not followed: a reason that others will read. */
import { Modal, Textarea, UnstyledButton } from "@mantine/core";
import { useState } from "react";

import type { RatedRecommendation } from "@/api/answers";
import { strings } from "@/strings";

import { FormActions } from "./form_actions";
import classes from "./forms.module.css";
import { useDismissal } from "./use_actions";

const words = strings.advice.actions;

interface FormProps {
  one: RatedRecommendation;
  close: () => void;
  /** It is done. */
  then: () => void;
}

export function DismissForm({ one, close, then }: FormProps) {
  const [reason, setReason] = useState("");
  const dismissal = useDismissal(one, then);
  const submit = (event: React.SyntheticEvent) => {
    event.preventDefault();
    dismissal.mutate(reason.trim() || null);
  };
  return (
    <Modal
      opened
      onClose={close}
      title={words.dismissTitle}
      closeButtonProps={{ "aria-label": strings.common.close }}
    >
      <form onSubmit={submit} className={classes.form}>
        <p className={classes.about}>{one.title}</p>
        <p className="lp-dim">{words.dismissNote}</p>
        <div role="group" aria-label={words.quick} className={classes.quick}>
          {words.reasons.map((each) => (
            <UnstyledButton
              key={each}
              className={classes.chip}
              aria-pressed={reason === each}
              onClick={() => {
                setReason(each);
              }}
            >
              {each}
            </UnstyledButton>
          ))}
        </div>
        <Textarea
          label={words.reason}
          description={words.reasonHint}
          value={reason}
          maxLength={2000}
          autosize
          minRows={2}
          maxRows={8}
          data-autofocus
          onChange={(event) => {
            setReason(event.currentTarget.value);
          }}
        />
        <FormActions
          error={dismissal.error}
          isPending={dismissal.isPending}
          close={close}
          name={words.dismiss}
        />
      </form>
    </Modal>
  );
}

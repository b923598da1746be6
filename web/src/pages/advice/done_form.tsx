/** Since when it is followed, and what was done: runs from then on are measured. */
import { Modal, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";

import type { RatedRecommendation } from "@/api/answers";
import { fromLocal, toLocal } from "@/logic/advice_dates";
import { strings } from "@/strings";

import { FormActions } from "./form_actions";
import classes from "./forms.module.css";
import { useImplementation } from "./use_actions";

const words = strings.advice.actions;

interface FormProps {
  one: RatedRecommendation;
  close: () => void;
  /** It is done. */
  then: () => void;
}

export function DoneForm({ one, close, then }: FormProps) {
  const [opened] = useState(() => new Date());
  const initial = toLocal(one.implemented_at === null ? opened : new Date(one.implemented_at));
  const [at, setAt] = useState(initial);
  const [note, setNote] = useState("");
  const implementation = useImplementation(one, then);
  const submit = (event: React.SyntheticEvent) => {
    event.preventDefault();
    implementation.mutate({ at: at === initial ? null : fromLocal(at), note: note.trim() || null });
  };
  return (
    <Modal
      opened
      onClose={close}
      title={words.doneTitle}
      closeButtonProps={{ "aria-label": strings.common.close }}
    >
      <form onSubmit={submit} className={classes.form}>
        <p className={classes.about}>{one.title}</p>
        <p className="lp-dim">{words.doneNote}</p>
        <TextInput
          type="datetime-local"
          label={words.at}
          description={words.atHint}
          value={at}
          max={toLocal(opened)}
          required
          withAsterisk={false}
          data-autofocus
          onChange={(event) => {
            setAt(event.currentTarget.value);
          }}
        />
        <Textarea
          label={words.note}
          description={words.noteHint}
          value={note}
          maxLength={2000}
          autosize
          minRows={2}
          maxRows={8}
          onChange={(event) => {
            setNote(event.currentTarget.value);
          }}
        />
        <FormActions
          error={implementation.error}
          isPending={implementation.isPending}
          close={close}
          name={words.done}
        />
      </form>
    </Modal>
  );
}

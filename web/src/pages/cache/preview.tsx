/** How many entries meet the criteria, and taking them out after one more question that names the number. */
import { Button, Modal } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { skipToken, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { invalidationPreview, useInvalidation } from "@/api/cache";
import type { Workflow } from "@/api/queries";
import type { Criteria } from "@/logic/cache_criteria";
import { bytes } from "@/logic/format";
import { strings } from "@/strings";
import { Failed } from "@/ui/states";

import classes from "./cache.module.css";

const words = strings.cache.invalidate;
const PAUSE_MS = 250;

/** All of its digits: what is removed is named exactly. */
export const exactly = (entries: number): string => entries.toLocaleString("en");

export function Preview({ of, which }: { of: Workflow; which: Criteria | null }) {
  const [meant] = useDebouncedValue(which, PAUSE_MS);
  const isSettled = JSON.stringify(meant) === JSON.stringify(which);
  const asked = usePreview(of, meant);
  const [confirming, confirm] = useState(false);
  const doing = useInvalidation(of);
  const told = which && isSettled && !asked.isFetching ? asked.data : undefined;
  const close = () => {
    confirm(false);
  };
  return (
    <div className={classes.preview}>
      <p aria-live="polite">{sentence(which, told, asked.isError, doing.data?.removed)}</p>
      <Button
        size="xs"
        color="red"
        variant="light"
        disabled={!told || told.entries === 0}
        onClick={() => {
          doing.reset();
          confirm(true);
        }}
      >
        {words.button}
      </Button>
      {asked.isError && which && <Failed error={asked.error} retry={() => void asked.refetch()} />}
      <Modal
        opened={confirming && told !== undefined && which !== null}
        onClose={close}
        title={told && words.confirmTitle(exactly(told.entries))}
        closeButtonProps={{ "aria-label": strings.common.close }}
      >
        {told && which && (
          <>
            <p className={classes.prose}>{criteriaWords(which)}</p>
            <p className={classes.prose}>{words.confirmText(bytes(told.bytes))}</p>
            {doing.isError && <Failed error={doing.error} />}
            <div className={classes.buttons}>
              <Button size="xs" variant="default" onClick={close} data-autofocus>
                {words.cancel}
              </Button>
              <Button
                size="xs"
                color="red"
                loading={doing.isPending}
                onClick={() => {
                  doing.mutate(which, { onSuccess: close });
                }}
              >
                {words.confirm(exactly(told.entries))}
              </Button>
            </div>
          </>
        )}
      </Modal>
    </div>
  );
}

function usePreview(of: Workflow, which: Criteria | null) {
  const asking = invalidationPreview(of, which ?? {});
  return useQuery(which ? asking : { ...asking, queryFn: skipToken });
}

interface Told {
  entries: number;
  bytes: number;
}

function sentence(
  which: Criteria | null,
  told: Told | undefined,
  isFailed: boolean,
  removed: number | undefined,
) {
  if (removed !== undefined && (told === undefined || told.entries === 0))
    return words.done(exactly(removed));
  if (which === null) return words.say;
  if (isFailed) return "";
  if (told === undefined) return words.asking;
  return told.entries === 0 ? words.wouldNone : words.would(exactly(told.entries), bytes(told.bytes));
}

/** `of the node answer, older than 24 h`. */
function criteriaWords(which: Criteria): string {
  const name = words.criteria;
  const said = [
    which.everything && name.everything,
    which.node_type !== undefined && name.node_type(which.node_type),
    which.node_id !== undefined && name.node_id(which.node_id),
    which.older_than_hours !== undefined && name.older_than_hours(String(which.older_than_hours)),
    which.tag !== undefined && name.tag(which.tag),
    which.cache_key !== undefined && name.cache_key(which.cache_key),
  ].filter(Boolean);
  const text = said.join(", ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

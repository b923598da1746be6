/** The end of a form: what went wrong the last time, the way back, and the button that does it. */
import { Button, Group } from "@mantine/core";

import { strings } from "@/strings";

import { ActionFailed } from "./action_failed";

interface ActionsProps {
  error: Error | null;
  isPending: boolean;
  close: () => void;
  /** What the button that does it says. */
  name: string;
}

export function FormActions({ error, isPending, close, name }: ActionsProps) {
  return (
    <>
      <ActionFailed error={error} />
      <Group justify="flex-end" gap="xs">
        <Button size="xs" variant="default" onClick={close}>
          {strings.advice.actions.cancel}
        </Button>
        <Button size="xs" type="submit" loading={isPending}>
          {name}
        </Button>
      </Group>
    </>
  );
}

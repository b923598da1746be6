/** Removes a rule, once somebody has said so twice. */
import { Button, Group, Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { deleteRule } from "@/api/alerts";
import type { AlertRule } from "@/api/answers";
import { strings } from "@/strings";
import { Failed } from "@/ui/states";

const words = strings.settings.alerts;

export function Removal({ rule }: { rule: AlertRule }) {
  const [isAsked, setAsked] = useState(false);
  const client = useQueryClient();
  const removed = useMutation({
    mutationFn: () => deleteRule(rule.id),
    onSuccess: () => {
      setAsked(false);
      client.removeQueries({ queryKey: ["alerts", rule.id] });
      return client.invalidateQueries({ queryKey: ["alerts"], exact: true });
    },
  });
  const keep = () => {
    setAsked(false);
  };
  return (
    <>
      <Button
        size="xs"
        variant="default"
        aria-label={words.of(words.remove, rule.name)}
        onClick={() => {
          setAsked(true);
        }}
      >
        {words.remove}
      </Button>
      <Modal
        opened={isAsked}
        onClose={keep}
        title={words.confirm.title}
        closeButtonProps={{ "aria-label": strings.common.close }}
      >
        <p>{words.confirm.text(rule.name)}</p>
        {removed.error && <Failed error={removed.error} />}
        <Group justify="flex-end" mt="md" gap="xs">
          <Button variant="default" size="xs" onClick={keep}>
            {words.confirm.no}
          </Button>
          <Button
            size="xs"
            variant="outline"
            color="red"
            loading={removed.isPending}
            onClick={() => {
              removed.mutate();
            }}
          >
            {words.confirm.yes}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
